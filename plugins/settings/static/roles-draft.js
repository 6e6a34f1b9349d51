/** What somebody changes in the roles and has not saved: kept apart from what the server has, so that newer roles slip under it. */

export class Draft {
  #roles = [];
  #edits = new Map(); // key → { permissions: Map(permission → held), sees }

  /** The server's roles, perhaps newer ones. What it now agrees with is no change any more. */
  rebase(roles) {
    this.#roles = roles;
    for (const key of this.#edits.keys()) if (!this.#role(key)) this.#edits.delete(key);
  }

  holds(key, permission) {
    return this.#edits.get(key)?.permissions.get(permission) ?? this.#role(key).permissions.includes(permission);
  }

  sees(key) {
    return this.#edits.get(key)?.sees ?? this.#role(key).sees;
  }

  set(key, permission, held) {
    this.#edit(key).permissions.set(permission, held);
  }

  see(key, sees) {
    this.#edit(key).sees = sees;
  }

  differs(key, permission) {
    return this.holds(key, permission) !== this.#role(key).permissions.includes(permission);
  }

  seesOtherwise(key) {
    return this.sees(key) !== this.#role(key).sees;
  }

  /** How many things are changed in a role. */
  count(key) {
    const permissions = [...(this.#edits.get(key)?.permissions.keys() ?? [])].filter((permission) => this.differs(key, permission));
    return permissions.length + Number(this.seesOtherwise(key));
  }

  get changed() {
    return this.#roles.filter(({ key }) => this.#edits.has(key) && this.count(key));
  }

  /** The body of the PATCH: only what differs. */
  body(key) {
    const { permissions } = this.#role(key);
    const edited = this.#edits.get(key)?.permissions ?? new Map();
    const held = new Set([...permissions, ...edited.keys()].filter((permission) => this.holds(key, permission)));
    const body = this.seesOtherwise(key) ? { sees: this.sees(key) } : {};
    return [...edited.keys()].some((permission) => this.differs(key, permission)) ? { ...body, permissions: [...held].sort() } : body;
  }

  drop(key) {
    if (key) this.#edits.delete(key);
    else this.#edits.clear();
  }

  #role(key) {
    return this.#roles.find((role) => role.key === key);
  }

  #edit(key) {
    if (!this.#edits.has(key)) this.#edits.set(key, { permissions: new Map() });
    return this.#edits.get(key);
  }
}
