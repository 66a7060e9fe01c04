// What somebody signs in with, and the links that let them in.

/** What somebody signs in with: an address, or a user name. */
export const loginOf = ({ email, username }: { email: string | null; username: string | null }) => email ?? username ?? "";

/** What an invitation's link is, and a reset's; the secret is behind the `#`, which no server sees. */
export const linkOf = (token: string, page: "invitation" | "reset" = "invitation") => `${location.origin}/${page}#${token}`;
