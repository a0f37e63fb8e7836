/** What a site does with a path that names no file. */
export interface Routing {
  /** Folder of the release in the bucket. */
  readonly release: string;
  /** True: every path without a file extension is the application's, `/index.html`. False: it is a folder with an `index.html`. */
  readonly spa: boolean;
}

/**
 * Code of the CloudFront Function that sends a request to its file in the release's folder. The release is part of the rewritten path
 * and so of the cache key: a change of release, forward or back, is seen at once and never mixes with what is cached of another.
 * Written for cloudfront-js-2.0 (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html).
 */
export function siteRouterCode({ release, spa }: Routing): string {
  const fallback = spa ? '"/index.html"' : 'uri.endsWith("/") ? uri + "index.html" : uri + "/index.html"';
  return `function handler(event) {
  const request = event.request;
  const uri = request.uri;
  const isFile = uri.slice(uri.lastIndexOf("/") + 1).includes(".");
  request.uri = ${JSON.stringify(`/${release}`)} + (isFile ? uri : ${fallback});
  return request;
}
`;
}
