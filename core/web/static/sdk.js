/**
 * @comptoir/sdk, api=1: what a plugin's browser module may import. The rest of the kernel's elements are private.
 *
 *   import { html } from "lit";
 *   import { Panel, define, t } from "@comptoir/sdk";
 */
export { Panel, define } from "./panel.js";
export { t, tn, locale, dir } from "./i18n.js";
export { fmt } from "./format.js";
export { icon } from "./icons.js";
export { ApiError, Unreachable, get, patch, post, put, remove, renewSession, upload } from "./api.js";
export { bring } from "./bring.js";
export { askBeforeLeaving, navigate, onRoute, pagePath, route } from "./router.js";
export { carryOut } from "./commands.js";
export { dock } from "./dock.js";
export { bind as bindKeys, offerActions, shortcuts } from "./keys.js";
export { prefer } from "./preferences.js";
export { panelsIn, rendererOf } from "./plugins.js";
export { toast } from "./elements/toast.js";
export { bootstrap, can, me, memberName, members, storageKey, tags, teams } from "./session.js";
export { base as baseStyles } from "./styles.js";
export { initials } from "./elements/avatar.js";
