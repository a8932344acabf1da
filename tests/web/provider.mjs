// A certified OpenID provider (npm oidc-provider) for the browser tests: node provider.mjs PORT REDIRECT_URI SECRET
// Whoever signs in as "rita" is a steward, as "vera" a physician, anybody else has no role. Any password is right.
import Provider from "oidc-provider";

const [port, redirect, secret] = process.argv.slice(2);
const people = {rita: {name: "Rita Reviewer", roles: ["stewards"]}, vera: {name: "Vera Viewer", roles: ["physicians"]}};
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "ivig-console", client_secret: secret, redirect_uris: [redirect],
    response_types: ["code"], grant_types: ["authorization_code"],
  }],
  pkce: {required: () => true, methods: ["S256"]},
  claims: {openid: ["sub"], profile: ["name", "roles"]},
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({accountId: id, claims: () => ({sub: id, ...(people[id] ?? {name: id, roles: []})})}),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
