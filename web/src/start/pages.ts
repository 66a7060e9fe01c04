// How a page is there early. The app is several files, and a browser that finds them one behind the other, and the data
// behind all of them, shows the page late. So everything that a page needs first is asked for at once, before the app runs:
//
// 1. This table says for each address which file shows it and what that page asks the API.
// 2. The build (scripts/boot.ts) puts the table, with the names that the files got, into boot.js, and boot.js into index.html.
// 3. boot.js runs before anything is painted: it has the browser fetch the files, and asks the questions.
// 4. src/main.tsx starts the app. It asks what the page needs (`askEarly`) through the API's client like everybody else, and
//    the client takes the answer that boot.js has asked for (`takeEarly`). Each serves once; after the start, none does.
//
// A page that should be there early has a line here. If it asks something besides who is signed in, its route has `early`
// as well, which asks the same through the client (src/routes.tsx); the browser test "the first load asks for each thing that
// the page shows once" fails where the two differ.

interface Page {
  /** The file that shows it, below src/features. */
  file: string;
  /** What it asks of the API besides who is signed in, where its address has no query; `{path}` stands for the address. */
  asks?: string[];
  /** Nobody is signed in there. */
  isForStrangers?: true;
}

/** By address; one that ends in a slash stands for all that begin with it. */
export const PAGES: Record<string, Page> = {
  "/": { file: "home/HomePage.tsx" },
  "/requests": { file: "requests/RequestsPage.tsx", asks: ["/api/requests?sort=due&limit=100&total=true"] },
  "/requests/": { file: "request/RequestPage.tsx", asks: ["/api{path}", "/api{path}/events?limit=200"] },
  "/new": { file: "new-request/NewRequestPage.tsx" },
  "/me": { file: "me/MePage.tsx" },
  "/sign-in": { file: "sign-in/SignInPage.tsx", isForStrangers: true },
};
