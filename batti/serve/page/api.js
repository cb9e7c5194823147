// The HTTP service, asked.

/** An answer that is an error: a problem document (RFC 9457), or no answer at all (status 0). */
export class Refused extends Error {
  constructor(status, problem = {}) {
    super(problem.detail ?? "");
    this.status = status;
    this.hint = problem.errors?.[0]?.hint ?? "";
    this.errors = problem.errors ?? [];
  }
}

let authorized = async () => false; // asks for the token; whether it was given

/** What asks the user for the token when the service wants one; it resolves to whether to ask again. */
export function whenTokenNeeded(ask) {
  authorized = ask;
}

/** Asks the service, and gives the response; throws Refused. */
export async function ask(path, { method = "GET", body, headers = {}, signal } = {}) {
  const options = { method, headers: { ...headers }, signal };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0);
  }
  if (response.ok) return response;
  if (response.status === 401 && path !== "/v1/session" && (await authorized())) {
    return ask(path, { method, body, headers, signal });
  }
  throw new Refused(response.status, await response.json().catch(() => ({})));
}

export const get = async (path) => (await ask(path)).json();
export const post = async (path, body) => (await ask(path, { method: "POST", body })).json();

/** The events `[name, data]` of a POST that is answered as a stream. */
export async function* streamed(path, body) {
  const response = await ask(path, { method: "POST", body });
  let text = "";
  for await (const piece of pieces(response.body.pipeThrough(new TextDecoderStream()).getReader())) {
    text += piece;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const field = (name) =>
        block
          .split("\n")
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      yield [field("event"), JSON.parse(field("data"))];
    }
  }
}

async function* pieces(reader) {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
