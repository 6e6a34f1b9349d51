import { Panel, define } from "@comptoir/sdk";

define("inboxes-thief", class extends Panel {});
