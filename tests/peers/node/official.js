// The official Node library, used as its documentation shows. Requests and answers: `run.py`.
"use strict";
const twilio = require("twilio");

function document({ say, refer: asked }) {
  const response = new twilio.twiml.VoiceResponse();
  if (say) {
    response.say(say.language === undefined ? {} : { language: say.language }, say.text);
  }
  if (asked) {
    const { sip, ...attributes } = asked;
    const refer = response.refer(attributes);
    if (sip !== undefined) refer.sip(sip);
  }
  return response.toString();
}

// As express.urlencoded gives a form: a repeated name has an array.
function form(pairs) {
  const body = {};
  for (const [name, value] of pairs) {
    body[name] = name in body ? [].concat(body[name], value) : value;
  }
  return body;
}

// Through the middleware, which is what its documentation shows.
function verify(given) {
  if (given.algorithm) return null;
  const from = new URL(given.seen ?? "http://localhost/");
  const base = given.public && new URL(given.public);
  const options = base
    ? { protocol: base.protocol.slice(0, -1), host: base.host }
    : { url: given.url };
  const headers = { host: from.host, "x-twilio-signature": given.signature ?? undefined };
  const request = {
    protocol: from.protocol.slice(0, -1),
    originalUrl: from.pathname + from.search,
    headers,
    header: (name) => headers[name.toLowerCase()],
    body: given.json === undefined ? form(given.params) : JSON.parse(given.json),
    rawBody: given.json,
  };
  let valid = false;
  const response = { type: () => response, status: () => response, send: () => response };
  twilio.webhook(options, given.token)(request, response, () => { valid = true; });
  return { valid };
}

// express.urlencoded leaves a body of another type unread.
const jobs = { document: (given) => ({ xml: document(given) }), verify, multipart: verify };

const timed = {
  document: (given) => () => document(given),
  verify: ({ token, url, params, signature }) => {
    const body = form(params);
    return () => twilio.validateRequest(token, signature, url, body);
  },
  parse: ({ token, url, body, signature, read }) => () => {
    const params = form(new URLSearchParams(body));
    if (!twilio.validateRequest(token, signature, url, params)) throw new Error("not valid");
    return read.map((name) => params[name]);
  },
};

function answer(request) {
  if (request.time) {
    if (!timed[request.time]) return null;
    const job = timed[request.time](request.input);
    const started = process.hrtime.bigint();
    for (let call = 0; call < request.calls; call += 1) job();
    return Number(process.hrtime.bigint() - started) / request.calls;
  }
  if (!jobs[request.job]) return null;
  try {
    return jobs[request.job](request);
  } catch (error) {
    return { error: `${error.name}: ${error.message}` };
  }
}

if (process.argv.length > 2) {
  const sip = process.argv[2];
  console.log(document({ refer: { sip, action: "/handleRefer", method: "POST" } }));
} else {
  const lines = require("readline").createInterface({ input: process.stdin });
  lines.on("line", (line) => console.log(JSON.stringify(answer(JSON.parse(line)))));
}
