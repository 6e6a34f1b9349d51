import { html, nothing } from "lit";
import { Panel, define, icon, remove, t, toast } from "@comptoir/sdk";
import { Load, everything } from "@comptoir/sdk/load.js";
import { wordsFor } from "@comptoir/sdk/problems.js";
import { confirm } from "@comptoir/sdk/elements/confirm.js";
import "@comptoir/sdk/elements/card.js";
import "@comptoir/sdk/elements/time.js";
import { device } from "./device.js";
import { parts } from "./styles.js";

/** Every place where somebody is logged in as oneself, and the way to end it. */
class Sessions extends Panel {
  static styles = [...Panel.styles, parts];

  load = new Load(this, () => everything("/api/v1/sessions"));

  render() {
    return html`<ui-card heading=${t("Where you are logged in")} text=${t("If you do not recognise one of these, log it out and change your password.")}>
      <ui-button slot="actions" icon="log-out" @click=${this.leaveEverywhere}>${t("Log out everywhere")}</ui-button>
      ${this.load.show((sessions) => html`<ul class="rows">${[...sessions].sort(currentFirst).map((one) => this.row(one))}</ul>`,
        { failed: t("Your sessions could not be loaded."), rows: 2 })}</ui-card>`;
  }

  row(session) {
    const { name, icon: picture } = device(session);
    return html`<li>${icon(picture)}<div class="grow"><div class="name"><bdi>${name}</bdi> ${session.current ? html`<ui-chip tone="ok" icon="check">${t("This browser")}</ui-chip>` : nothing}</div>
        <div class="said">${session.ip ? html`<bdi dir="ltr">${session.ip}</bdi> · ` : nothing}<ui-time .at=${session.last_seen_at ?? session.created_at}></ui-time></div></div>
      ${session.current ? nothing : html`<ui-button label=${t("Log out {name}", { name })} @click=${() => this.end(session)}>${t("Log out")}</ui-button>`}</li>`;
  }

  /** Gone from the screen at once; back if the server says no. */
  async end(session) {
    const before = this.load.value;
    this.load.change((sessions) => sessions.filter(({ id }) => id !== session.id));
    this.renderRoot.querySelector("ui-button")?.focus();
    try {
      await remove(`/api/v1/sessions/${session.id}`);
      toast({ text: t("{name} is logged out.", { name: device(session).name }) });
    } catch (error) {
      this.load.change(() => before);
      toast({ text: wordsFor(error) });
    }
  }

  async leaveEverywhere() {
    const agreed = await confirm({
      heading: t("Log out everywhere?"), text: t("This browser is logged out too, and programs that log in as you. API keys go on working."),
      act: t("Log out everywhere"), danger: true,
    });
    if (!agreed) return;
    try {
      await remove("/api/v1/sessions");
      location.assign("/login");
    } catch (error) {
      toast({ text: wordsFor(error) });
    }
  }
}

const currentFirst = (one, other) => other.current - one.current || (one.last_seen_at < other.last_seen_at ? 1 : -1);

define("settings-sessions", Sessions);
