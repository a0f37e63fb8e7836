import { isWarmUp } from "../../../components/compute/warm-up";
import { drawQr } from "./draw";
import { readRequest, RequestError } from "./request";

/** What API Gateway hands to a function, as far as this one looks (Lambda proxy integration). */
export interface ApiEvent {
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

export interface ApiAnswer {
  readonly statusCode: 200 | 400;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * `POST /encounters/qr`: a profile or an encounter in, `{ "image": <PNG in base64>, "contentType": "image/png" }` out; 400 with `{ "error": ... }` for
 * a request that is wrong.
 */
export async function handler(event: ApiEvent): Promise<ApiAnswer | undefined> {
  if (isWarmUp(event)) return undefined;
  const body = event.isBase64Encoded ? Buffer.from(event.body ?? "", "base64").toString() : (event.body ?? "");
  try {
    const { text, errorCorrection } = readRequest(body);
    return answer(200, { image: await drawQr(text, errorCorrection), contentType: "image/png" });
  } catch (error) {
    if (error instanceof RequestError) return answer(400, { error: error.message });
    throw error;
  }
}

function answer(statusCode: 200 | 400, content: object): ApiAnswer {
  // A code is somebody's own: nothing on the way may keep it.
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  return { statusCode, headers, body: JSON.stringify(content) };
}
