// A list as a file: its buttons are loaded behind the list, and nothing moves when they come.
import { lazy, Suspense, type ComponentProps } from "react";

const SaveList = lazy(() => import("./SaveList"));

export const Save = (props: ComponentProps<typeof SaveList>) => <Suspense fallback={<div className="min-h-11 sm:min-h-9" />}><SaveList {...props} /></Suspense>;
