// The HTTP routes of the deployment: those by which Convex Auth's tokens are checked.

import { httpRouter } from "convex/server";
import { auth } from "./auth.ts";

const http = httpRouter();
auth.addHttpRoutes(http);

export default http;
