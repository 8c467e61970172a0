// Stands for a provider's program: says where it listens, as go-plugin asks (https://github.com/hashicorp/go-plugin), and
// passes what Terraform sends over TLS on to a provider that runs already. It ends with Terraform's connection.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer } from 'node:tls';

const [socket, certificateFile, keyFile] = process.argv.slice(2);
const cert = readFileSync(certificateFile);
const options = { cert, key: readFileSync(keyFile), ALPNProtocols: ['h2'] };
const server = createServer(options, (engine) => {
  const provider = connect(socket);
  engine.pipe(provider).pipe(engine);
  for (const end of [engine, provider]) end.on('error', () => engine.destroy());
  engine.once('close', () => process.exit());
});
server.listen(0, '127.0.0.1', () => {
  const own = new X509Certificate(cert).raw.toString('base64').replace(/=+$/, '');
  process.stdout.write(`1|5|tcp|127.0.0.1:${server.address().port}|grpc|${own}\n`);
});
