// The one error that a request handler throws to choose its HTTP status and Convex's `{code, message}` body.

/** A failure with a status and a short code that programs can match. The message is for a reader. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.code = code;
  }
}

export function badRequest(code: string, message: string): HttpError {
  return new HttpError(400, code, message);
}

export function unauthenticated(code: string, message: string): HttpError {
  return new HttpError(401, code, message);
}
