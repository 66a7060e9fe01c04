// Generated from docs/openapi.json by scripts/words.mjs (`npm run api`). Not to be edited.
import type { components } from "./schema";

type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

export const ACTION = ["approve", "reject", "assign", "release", "start", "hold", "resume", "complete", "close", "reopen", "cancel"] as const satisfies readonly Schema<"Action">[];
export const ASSET_STATUS = ["in_service", "out_of_service", "retired"] as const satisfies readonly Schema<"AssetStatus">[];
export const AVATAR_SIZE = ["512", "192", "64"] as const satisfies readonly Schema<"AvatarSize">[];
export const CACHE_NAMESPACE = ["users", "settings", "identity"] as const satisfies readonly Schema<"CacheNamespace">[];
export const CHANNEL = ["app", "mail", "push"] as const satisfies readonly Schema<"Channel">[];
export const COLOUR = ["grey", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"] as const satisfies readonly Schema<"Colour">[];
export const DELIVERY_STATE = ["waiting", "sent", "refused", "parked", "dropped"] as const satisfies readonly Schema<"DeliveryState">[];
export const DOWNTIME_SOURCE = ["request", "status"] as const satisfies readonly Schema<"DowntimeSource">[];
export const FACTOR_KIND = ["totp", "passkey"] as const satisfies readonly Schema<"FactorKind">[];
export const FIELD_KIND = ["text", "number", "date", "choice", "yes_no"] as const satisfies readonly Schema<"FieldKind">[];
export const IDENTITY_FAULT = ["not_set_up", "away", "not_found", "unreadable", "other_issuer", "many_tenants", "unreachable", "no_code_flow", "no_algorithm", "no_keys", "client"] as const satisfies readonly Schema<"IdentityFault">[];
export const KEY_STATE = ["active", "expired", "unknown"] as const satisfies readonly Schema<"KeyState">[];
export const LANGUAGE = ["en", "id"] as const satisfies readonly Schema<"Language">[];
export const LEVEL = ["debug", "info", "warn", "error"] as const satisfies readonly Schema<"Level">[];
export const LINK_KIND = ["relates", "blocks", "blocked_by", "duplicate_of", "has_duplicate", "split_from", "split_into"] as const satisfies readonly Schema<"LinkKind">[];
export const LINK_STATE = ["open", "used", "replaced", "expired", "withdrawn"] as const satisfies readonly Schema<"LinkState">[];
export const MAIL_OUTCOME = ["taken", "refused", "later", "unknown"] as const satisfies readonly Schema<"MailOutcome">[];
export const MAIL_STATUS = ["off", "unusable", "on"] as const satisfies readonly Schema<"MailStatus">[];
export const MARK = ["before", "after"] as const satisfies readonly Schema<"Mark">[];
export const METHOD = ["password", "totp", "passkey", "recovery", "provider"] as const satisfies readonly Schema<"Method">[];
export const NOTICE_KIND = ["created", "approved", "rejected", "assigned", "released", "started", "held", "resumed", "completed", "closed", "reopened", "cancelled", "linked", "unlinked", "commented", "due_soon", "overdue", "welcome", "role_changed", "password_changed", "new_device", "security_changed", "key_expires"] as const satisfies readonly Schema<"NoticeKind">[];
export const PRIORITY = ["low", "normal", "high", "urgent"] as const satisfies readonly Schema<"Priority">[];
export const REASON = ["mentioned", "assignee", "former_assignee", "requester", "reporter", "approver", "watcher", "account"] as const satisfies readonly Schema<"Reason">[];
export const RHYTHM = ["at_once", "daily", "weekly"] as const satisfies readonly Schema<"Rhythm">[];
export const ROLE = ["requester", "technician", "manager", "admin"] as const satisfies readonly Schema<"Role">[];
export const SCOPE = ["read", "report", "work", "operate"] as const satisfies readonly Schema<"Scope">[];
export const SECURITY_CHANGE = ["app_added", "app_removed", "passkey_added", "passkey_removed", "codes_made", "factors_taken", "identity_unlinked", "key_made", "key_rotated"] as const satisfies readonly Schema<"SecurityChange">[];
export const SETTING_GROUP = ["organisation", "times", "work", "files", "sessions", "sign_in", "logs", "caches"] as const satisfies readonly Schema<"SettingGroup">[];
export const SETTING_KEY = ["organisation_name", "time_zone", "week_start", "languages", "mail_from", "due_hours_urgent", "due_hours_high", "due_hours_normal", "due_hours_low", "due_soon_hours", "auto_close_days", "reopen_days", "approvers", "categories", "asset_categories", "technicians_claim", "technicians_take_over", "max_file_mb", "max_files", "max_files_mb", "session_idle_hours", "session_days", "second_factor", "oidc_on", "oidc_issuer", "oidc_client_id", "oidc_name", "oidc_trusts_addresses", "oidc_newcomers", "oidc_domains", "log_debug_days", "log_info_days", "log_warn_days", "log_error_days", "log_days_http", "log_days_auth", "log_days_requests", "log_days_mail", "log_days_sync", "log_days_system", "cache_users", "cache_identity"] as const satisfies readonly Schema<"SettingKey">[];
export const SLA_STATE = ["running", "paused", "met", "breached"] as const satisfies readonly Schema<"SlaState">[];
export const SORT = ["-created", "created", "-updated", "due"] as const satisfies readonly Schema<"Sort">[];
export const START_PAGE = ["home", "requests", "work", "new"] as const satisfies readonly Schema<"StartPage">[];
export const STATUS = ["submitted", "approved", "rejected", "assigned", "in_progress", "on_hold", "completed", "closed", "cancelled"] as const satisfies readonly Schema<"Status">[];
export const STEP = ["configuration", "connect", "greeting", "hello", "encrypt", "sign_in", "sender", "recipient", "data", "content"] as const satisfies readonly Schema<"Step">[];
export const STORE = ["r2", "s3", "nowhere"] as const satisfies readonly Schema<"Store">[];
export const STREAM_NAME = ["http", "auth", "audit", "requests", "mail", "sync", "system"] as const satisfies readonly Schema<"StreamName">[];
export const UNIT = ["hours", "days", "megabytes", "files"] as const satisfies readonly Schema<"Unit">[];
export const USER_STATUS = ["active", "disabled", "invited"] as const satisfies readonly Schema<"UserStatus">[];
export const VISIBILITY = ["public", "internal"] as const satisfies readonly Schema<"Visibility">[];
export const WEEKDAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const satisfies readonly Schema<"Weekday">[];
export const WITHHELD = ["approve", "claim", "take_over"] as const satisfies readonly Schema<"Withheld">[];

/** The input that each action needs, or takes if one likes. */
export const ACTION_NEEDS = {
  approve: null,
  assign: "assignee_id",
  cancel: "reason",
  close: "rating",
  complete: "resolution",
  hold: "reason",
  reject: "reason",
  release: "reason",
  reopen: "reason",
  resume: null,
  start: null,
} as const satisfies Record<Schema<"Action">, keyof Schema<"ActionBody"> | null>;

/** A transition of the state table: managers and admins may take it whoever `who` is; `to` is null where the state stays. */
export interface Transition {
  readonly who: "manager" | "requester" | "technician" | "assignee";
  readonly from: readonly Schema<"Status">[];
  readonly to: Schema<"Status"> | null;
  readonly when: "always" | "closed_lately" | "not_theirs";
}

/** What each action makes of a request: the state table of the server. */
export const ACTION_STEPS = {
  approve: { event: "approved", transitions: [{ who: "manager", from: ["submitted"], to: "approved", when: "always" }] },
  assign: { event: "assigned", transitions: [{ who: "technician", from: ["approved"], to: "assigned", when: "not_theirs" }, { who: "technician", from: ["assigned", "in_progress", "on_hold"], to: null, when: "not_theirs" }] },
  cancel: { event: "cancelled", transitions: [{ who: "requester", from: ["submitted"], to: "cancelled", when: "always" }, { who: "manager", from: ["approved", "assigned"], to: "cancelled", when: "always" }] },
  close: { event: "closed", transitions: [{ who: "requester", from: ["completed"], to: "closed", when: "always" }] },
  complete: { event: "completed", transitions: [{ who: "assignee", from: ["in_progress"], to: "completed", when: "always" }] },
  hold: { event: "held", transitions: [{ who: "assignee", from: ["in_progress"], to: "on_hold", when: "always" }] },
  reject: { event: "rejected", transitions: [{ who: "manager", from: ["submitted"], to: "rejected", when: "always" }] },
  release: { event: "released", transitions: [{ who: "assignee", from: ["assigned"], to: "approved", when: "always" }, { who: "manager", from: ["in_progress", "on_hold"], to: "approved", when: "always" }] },
  reopen: { event: "reopened", transitions: [{ who: "requester", from: ["completed"], to: "in_progress", when: "always" }, { who: "requester", from: ["closed"], to: "in_progress", when: "closed_lately" }] },
  resume: { event: "resumed", transitions: [{ who: "assignee", from: ["on_hold"], to: "in_progress", when: "always" }] },
  start: { event: "started", transitions: [{ who: "assignee", from: ["assigned"], to: "in_progress", when: "always" }] },
} as const satisfies Record<Schema<"Action">, { readonly event: Schema<"EventBody">["kind"]; readonly transitions: readonly Transition[] }>;

/** The longest text that each input of a schema takes, in characters as the server counts them. */
export const MAX_LENGTH = {
  AcceptBody: { name: 100 },
  ActionBody: { reason: 2000, resolution: 5000 },
  AssetBody: { category: 60, code: 40, cost: 40, maker: 100, model: 100, name: 120, notes: 5000, serial: 100, status_reason: 300 },
  AssetCategoryFields: { name: 60 },
  AssetField: { name: 60, unit: 20 },
  CommentBodyInput: { body: 10000 },
  EditBody: { category: 60, contact: 120, description: 10000, title: 200 },
  EditKey: { name: 60 },
  EditMe: { name: 100 },
  InviteBody: { name: 100 },
  NewKey: { name: 60 },
  NewRequestBody: { category: 60, contact: 120, description: 10000, title: 200 },
  OfferedCategory: { name: 60 },
  PlaceBody: { address: 300, code: 40, kind: 40, name: 100 },
  PreferencesShown: { phone: 30 },
  SetupBody: { name: 100, organisation: 100 },
  WorkBody: { reason: 2000 },
} as const;
