// The ways in which a paid provider misbehaves, as one list, so that tests name them instead of writing them again.
import type { ServerResponse } from "node:http";

export type Fault =
  | { kind: "status"; status: number; code?: string; message?: string; retryAfter?: string }
  | { kind: "disconnect" } // the connection ends before a byte of the answer
  | { kind: "hang" } // the request is taken and never answered
  | { kind: "half_body" } // the answer stops in the middle of its JSON
  | { kind: "html" } // a gateway's error page with status 200
  | { kind: "empty_text" } // success, and no words
  | { kind: "loop" } // a hallucinated loop instead of the words
  | { kind: "segments_out_of_range" } // times beyond the piece, and out of order
  | { kind: "invalid_json" } // chat: the content is not JSON
  | { kind: "wrong_schema" } // chat: JSON of another shape
  | { kind: "too_long" }; // chat: cut off at the token limit

/** Faults that replace the whole HTTP answer. Returns false when `fault` only changes the answer's content. */
export function answerWithFault(fault: Fault, response: ServerResponse): boolean {
  switch (fault.kind) {
    case "status": {
      const headers: Record<string, string> = { "Content-Type": "application/json" };
      if (fault.retryAfter !== undefined) headers["Retry-After"] = fault.retryAfter;
      response.writeHead(fault.status, headers);
      response.end(
        JSON.stringify({
          error: {
            message: fault.message ?? `The test provider was told to answer ${fault.status}.`,
            type: "test",
            code: fault.code ?? null,
          },
        }),
      );
      return true;
    }
    case "disconnect":
      response.destroy();
      return true;
    case "hang":
      return true;
    case "half_body":
      response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "1000" });
      response.write('{"text":"the first half of an ans');
      setImmediate(() => response.destroy());
      return true;
    case "html":
      response.writeHead(200, { "Content-Type": "text/html" });
      response.end("<html><body><h1>502 Bad Gateway</h1></body></html>");
      return true;
    case "empty_text":
    case "loop":
    case "segments_out_of_range":
    case "invalid_json":
    case "wrong_schema":
    case "too_long":
      return false;
  }
}
