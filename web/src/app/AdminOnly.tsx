import { Outlet } from "@tanstack/react-router";
import { NotFound } from "./NotFound";
import { useMe } from "./session";

/** Around pages for administrators: to everybody else there is nothing here. */
export const AdminOnly = () => (useMe().role === "admin" ? <Outlet /> : <NotFound />);
