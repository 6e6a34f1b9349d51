import { css, html, nothing } from "lit";
import { ApiError, Panel, define, fmt, get, icon, initials, me, members, t, teams, tn } from "@comptoir/sdk";

const DESKS = "/api/v1/p/inbox/desks";
const PRESENCE = "/api/v1/p/inbox/presence";

/** Who a conversation goes to: found by a few letters, with how much each has and whether they are here. Tells "choose". */
class AssignPicker extends Panel {
  static properties = { conversation: { attribute: false }, query: { state: true }, active: { state: true }, desks: { state: true }, states: { state: true } };
  static styles = [...Panel.styles, css`
    .box { position: fixed; inset: 0 auto auto 0; margin: 0; inline-size: min(340px, calc(100vw - 16px)); padding: 0; border: 1px solid var(--line); border-radius: var(--r-md); background: var(--surface); color: var(--text); box-shadow: var(--sh-float); }
    input { inline-size: 100%; border: 0; border-block-end: 1px solid var(--line); background: none; padding: 11px var(--sp-3); outline: none; } input:focus-visible { box-shadow: none; border-radius: 0; } input::placeholder { color: var(--text-3); opacity: 1; }
    ul { max-block-size: min(380px, 50dvh); overflow-y: auto; padding: 5px; }
    li { display: flex; align-items: center; gap: var(--sp-2); min-block-size: 36px; padding: 4px 10px; border-radius: var(--r-sm); cursor: pointer; } li.active { background: var(--surface-2); } li .icon { inline-size: 16px; block-size: 16px; color: var(--text-3); flex: none; } li .mark { color: var(--accent); }
    .head { font-size: var(--fs-sm); font-weight: 600; color: var(--text-3); min-block-size: 0; padding-block: 8px 2px; cursor: default; }
    .face { position: relative; display: grid; place-items: center; inline-size: 26px; block-size: 26px; border-radius: var(--r-full); background: var(--surface-2); border: 1px solid var(--line); font: 700 10px/1 var(--font); color: var(--text-2); flex: none; }
    .face::after { content: ""; position: absolute; inset-block-end: -1px; inset-inline-end: -1px; inline-size: 8px; block-size: 8px; border-radius: var(--r-full); border: 1.5px solid var(--surface); background: var(--line-strong); } .face.online::after { background: var(--ok); } .face.away::after { background: var(--warn); }
    small { color: var(--text-3); font-size: var(--fs-sm); white-space: nowrap; } .full { color: var(--warn); }
    .none { color: var(--text-3); cursor: default; }
    @media (pointer: coarse) { li { min-block-size: 44px; } input { font-size: max(16px, var(--fs-md)); } }
  `];

  constructor() {
    super();
    Object.assign(this, { query: "", active: 0, desks: new Map(), states: new Map() }); // as fields they would hide what Lit watches
  }

  /** Under `anchor`, and the focus in its field. */
  async open(anchor) {
    Object.assign(this, { query: "", active: 0 });
    await this.updateComplete;
    this.box.showPopover();
    this.place(anchor);
    this.renderRoot.querySelector("input").focus();
    this.fetch();
  }

  get box() {
    return this.renderRoot.querySelector(".box");
  }

  place(anchor) {
    const { left, right, bottom } = anchor.getBoundingClientRect();
    const { offsetWidth: width } = this.box;
    const rtl = getComputedStyle(this).direction === "rtl";
    const x = Math.min(Math.max(8, rtl ? right - width : left), innerWidth - width - 8);
    this.box.style.translate = `${x}px ${bottom + 4}px`;
  }

  /** What is not known is not shown: the list works without. */
  async fetch() {
    const missing = (error) => (error instanceof ApiError ? { items: [], members: [] } : Promise.reject(error));
    try {
      const [desks, presence] = await Promise.all([get(DESKS).catch(missing), get(PRESENCE).catch(missing)]);
      this.desks = new Map(desks.items.map((one) => [one.id, one]));
      this.states = new Map(presence.members.map(({ id, state }) => [id, state]));
    } catch (error) {
      console.info("how busy colleagues are is not known:", error.message);
    }
  }

  /** Headings and choices, in the order in which they stand. */
  get lines() {
    const { assignee, team } = this.conversation;
    const others = members.filter(({ id }) => id !== me.id);
    const person = ({ id, name }, label = name) => ({ kind: "assignee", value: id, label, name, chosen: assignee?.id === id });
    const lines = [
      person(me, t("Me ({name})", { name: me.name })), { kind: "assignee", value: null, label: t("Nobody"), picture: "circle-slash", chosen: !assignee }, ...others.map((one) => person(one)),
      ...(teams.length ? [{ heading: t("Team") }, ...teams.map(({ id, name }) => ({ kind: "team", value: id, label: name, picture: "users", chosen: team?.id === id })), { kind: "team", value: null, label: t("No team"), picture: "circle-slash", chosen: !team }] : []),
    ];
    const wanted = this.query.trim().toLocaleLowerCase();
    return wanted ? lines.filter(({ label }) => label?.toLocaleLowerCase().includes(wanted)) : lines;
  }

  get choices() {
    return this.lines.filter(({ heading }) => !heading);
  }

  render() {
    const { lines } = this;
    const choices = lines.filter(({ heading }) => !heading);
    return html`<div class="box" popover="auto" role="dialog" aria-label=${t("Assign…")}>
      <input role="combobox" autocomplete="off" aria-expanded="true" aria-controls="list" aria-activedescendant=${choices[this.active] ? `choice-${this.active}` : nothing} aria-label=${t("Find a colleague or a team")} placeholder=${t("Find a colleague or a team")} .value=${this.query}
        @input=${({ target }) => Object.assign(this, { query: target.value, active: 0 })} @keydown=${this.keys}>
      <ul id="list" role="listbox" aria-label=${t("Assign…")}>${lines.map((line) => (line.heading ? html`<li class="head" role="presentation">${line.heading}</li>` : this.choice(line, choices.indexOf(line))))}
        ${choices.length ? nothing : html`<li class="none" role="option" aria-disabled="true" aria-selected="false">${t("Nobody is called like that.")}</li>`}</ul></div>`;
  }

  choice(line, index) {
    return html`<li id=${`choice-${index}`} role="option" aria-selected=${String(line.chosen)} class=${index === this.active ? "active" : ""} @click=${() => this.choose(line)} @pointermove=${() => { this.active = index; }}>
      ${line.picture ? icon(line.picture) : this.face(line)}<span class="grow cut" dir="auto">${line.label}</span>${this.load(line.value)}${line.chosen ? html`<span class="mark">${icon("check")}</span>` : nothing}</li>`;
  }

  face({ value, name }) {
    const state = this.states.get(value) ?? "offline";
    const words = { online: t("Online"), away: t("Away"), offline: t("Offline") };
    return html`<span class="face ${state}" role="img" aria-label=${words[state]} title=${words[state]}>${initials(name)}</span>`;
  }

  load(id) {
    const desk = this.desks.get(id);
    if (!desk) return nothing;
    if (!desk.available) return html`<small>${t("not available")}</small>`;
    const words = tn("{n} open", "{n} open", desk.open);
    return html`<small class=${desk.open >= desk.capacity ? "full" : ""} title=${t("{open} of {most}", { open: fmt.number(desk.open), most: fmt.number(desk.capacity) })}>${words}</small>`;
  }

  keys(event) {
    const { choices } = this;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && choices.length) this.active = (this.active + step + choices.length) % choices.length;
    else if (event.key === "Enter" && choices[this.active]) this.choose(choices[this.active]);
    else return;
    event.preventDefault();
    this.updateComplete.then(() => this.renderRoot.querySelector(".active")?.scrollIntoView({ block: "nearest" }));
  }

  choose({ kind, value }) {
    this.box.hidePopover();
    this.dispatchEvent(new CustomEvent("choose", { detail: { kind, value } }));
  }
}

define("inbox-assign-picker", AssignPicker);
