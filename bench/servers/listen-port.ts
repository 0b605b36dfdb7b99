/** The port a measured server has to listen on, from the environment. */
export function listenPort(): number {
  const port = Number(process.env['PORT']);
  if (!Number.isInteger(port) || port <= 0) throw new Error('PORT must be set to the port to listen on.');
  return port;
}
