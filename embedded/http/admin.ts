// The border of the admin endpoints: whoever comes without the key goes no further.
import type { AdminKey } from "../auth/adminKey.ts";
import type { Authentication } from "../auth/authentication.ts";
import { HttpError, unauthenticated } from "./errors.ts";
import type { HttpRequest } from "./router.ts";

export type RequireAdmin = (request: HttpRequest, adminKeyInBody?: unknown) => void;

/** The key is taken from the header, from the JSON body where the CLI puts it, or from a GET's `?adminKey=`. */
export function createRequireAdmin(auth: Authentication, adminKey: AdminKey): RequireAdmin {
  return (request, adminKeyInBody) => {
    const { authorization } = request.headers;
    if (auth.adminFromHeader(authorization) !== null) return;
    const inAddress = request.method === "GET" ? request.url.searchParams.get("adminKey") : null;
    const key = typeof adminKeyInBody === "string" ? adminKeyInBody : inAddress;
    if (key !== null && adminKey.matches(key)) return;
    if (key !== null) {
      throw unauthenticated("BadAdminKey", "The provided admin key was invalid for this instance.");
    }
    if (authorization === undefined) {
      throw unauthenticated(
        "MissingAdminKey",
        "This endpoint needs the admin key, as `Authorization: Convex <admin key>`.",
      );
    }
    throw new HttpError(403, "Forbidden", "This endpoint is for admins only.");
  };
}
