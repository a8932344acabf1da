// Company for the measurements: a Fastify service, written by hand for speed, that answers every order-sign call with a
// fixed card. The body is parsed, as Fastify does before any handler; the answer is a string that is ready.
//
//   node server.js CARD_FILE
//
// Prints "listening http://127.0.0.1:PORT" and serves until it is ended by a signal.
'use strict';

const fs = require('node:fs');
const fastify = require('fastify')({logger: false, bodyLimit: 16 * 1024 * 1024});

const card = fs.readFileSync(process.argv[2], 'utf8');

fastify.post('/cds-services/:id', (request, reply) => {
  reply.header('Content-Type', 'application/json').send(card);
});

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));

fastify.listen({host: '127.0.0.1', port: 0}).then((address) => console.log(`listening ${address}`));
