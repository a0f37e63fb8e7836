import { toBuffer } from "qrcode";

/** Share of the symbol that may be unreadable: 7, 15, 25 and 30 %. */
export const ERROR_CORRECTION = ["L", "M", "Q", "H"] as const;
export type ErrorCorrection = (typeof ERROR_CORRECTION)[number];

/** Bytes that the largest symbol (version 40) holds (ISO/IEC 18004, table 7). */
export const CAPACITY_BYTES: Readonly<Record<ErrorCorrection, number>> = { L: 2953, M: 2331, Q: 1663, H: 1273 };

/** `text` as a QR code: a PNG with four pixels for each module and the quiet zone that the standard asks for, in base64. */
export async function drawQr(text: string, errorCorrectionLevel: ErrorCorrection): Promise<string> {
  const png = await toBuffer(text, { errorCorrectionLevel, type: "png", margin: 4, scale: 4 });
  return png.toString("base64");
}
