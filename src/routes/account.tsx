// The account: keep the library for good, appearance, engines, leaving.
import { createFileRoute } from "@tanstack/react-router";
import { usePageTitle } from "../app/usePageTitle.ts";
import { Account } from "../features/account/Account.tsx";

export const Route = createFileRoute("/account")({ component: AccountPage });

function AccountPage() {
  usePageTitle("Account");
  return <Account />;
}
