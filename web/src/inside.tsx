// What every page needs whose reader is signed in.
import { createRoute, redirect } from "@tanstack/react-router";
import { isCode } from "@/api/problem";
import type { Profile } from "@/api/types";
import { meOptions } from "@/app/session";
import { Shell } from "@/app/Shell";
import { root } from "./strangers";

/** Everything inside needs somebody who is signed in. */
export const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  beforeLoad: async ({ context, location }): Promise<{ profile: Profile }> => {
    try {
      const profile = await context.client.ensureQueryData(meOptions);
      if (profile.session.lacks_second_factor) throw redirect({ to: "/second-factor" });
      return { profile };
    } catch (error) {
      if (isCode(error, "unauthenticated")) throw redirect({ to: "/sign-in", search: { next: location.href === "/" ? undefined : location.href } });
      throw error;
    }
  },
  component: Shell,
});
