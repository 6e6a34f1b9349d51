/** An operation as a command line, with its own examples: it runs as it stands once $COMPTOIR_KEY is set. */

export function curl(operation, parameters, body, origin = location.origin) {
  const lines = [`curl${operation.method === "get" ? "" : ` -X ${operation.method.toUpperCase()}`} ${quoted(origin + filled(operation.path, parameters))}`];
  if (operation.security?.length) lines.push(`-H "Authorization: Bearer $COMPTOIR_KEY"`);
  for (const one of parameters.filter((one) => one.in === "header" && one.name === "Idempotency-Key")) {
    lines.push(`-H ${quoted(`${one.name}: ${one.example}`)}`);
  }
  if (body) lines.push(`-H "Content-Type: application/json"`, `-d ${quoted(JSON.stringify(body.example, null, 2))}`);
  return lines.join(" \\\n  ");
}

function filled(path, parameters) {
  const named = Object.fromEntries(parameters.map((one) => [one.name, one.example]));
  const query = parameters.filter((one) => one.in === "query" && one.required).map((one) => `${one.name}=${encodeURIComponent(one.example ?? "")}`);
  return path.replace(/\{(\w+)\}/g, (whole, name) => named[name] ?? whole) + (query.length ? `?${query.join("&")}` : "");
}

/** For a POSIX shell. */
const quoted = (text) => /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
