// Signing in: at once and with no form as an anonymous visitor, or with an email address and a
// password. Nothing is sent by email, so both work on a machine without a network.

import { Anonymous } from "@convex-dev/auth/providers/Anonymous";
import { Password } from "@convex-dev/auth/providers/Password";
import { convexAuth } from "@convex-dev/auth/server";
import { ConvexError } from "convex/values";
import type { DataModel } from "./_generated/dataModel.js";

const MIN_PASSWORD_LENGTH = 8;
/** Longer ones only serve to keep the hash function busy. */
const MAX_PASSWORD_LENGTH = 200;
const MAX_EMAIL_LENGTH = 254;

export const { auth, signIn, signOut, store, isAuthenticated } = convexAuth({
  providers: [
    Anonymous<DataModel>(),
    Password<DataModel>({
      profile: (params) => ({ email: normalizedEmail(params["email"]) }),
      validatePasswordRequirements,
    }),
  ],
});

function normalizedEmail(value: unknown): string {
  const email = typeof value === "string" ? value.trim().toLowerCase() : "";
  if (email.length > MAX_EMAIL_LENGTH || !/^[^\s@]+@[^\s@]+$/u.test(email)) {
    throw new ConvexError({
      code: "invalid_email",
      message: "That is not an email address. Write it like name@example.org.",
    });
  }
  return email;
}

function validatePasswordRequirements(password: string): void {
  if (typeof password !== "string" || password.length < MIN_PASSWORD_LENGTH) {
    throw new ConvexError({
      code: "invalid_password",
      message: `The password needs at least ${MIN_PASSWORD_LENGTH} characters.`,
    });
  }
  if (password.length > MAX_PASSWORD_LENGTH) {
    throw new ConvexError({
      code: "invalid_password",
      message: `The password may have at most ${MAX_PASSWORD_LENGTH} characters.`,
    });
  }
}
