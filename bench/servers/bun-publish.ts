// Bun with its own publish, to run on Bun only. Rooms come from the URL, as in ws-plain.ts; requests in JSON are answered as
// ws-json.ts does.

interface BunSocket {
  readonly data: { readonly room: string; readonly role: string };
  subscribe(topic: string): void;
  publish(topic: string, message: string): void;
  send(message: string): void;
}

declare const Bun: {
  serve(options: {
    hostname: string;
    port: number;
    fetch(
      request: Request,
      server: { upgrade(request: Request, options: { data: BunSocket['data'] }): boolean },
    ): Response | undefined;
    websocket: { open(socket: BunSocket): void; message(socket: BunSocket, message: string): void };
  }): unknown;
};

Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.env['PORT']),
  fetch(request, server) {
    const query = new URL(request.url).searchParams;
    const data = { room: query.get('room') ?? '', role: query.get('role') ?? '' };
    return server.upgrade(request, { data }) ? undefined : new Response('Upgrade Required', { status: 426 });
  },
  websocket: {
    open(socket) {
      if (socket.data.role === 'subscriber' && socket.data.room !== '') socket.subscribe(socket.data.room);
    },
    message(socket, message) {
      if (!message.startsWith('{')) return socket.publish(socket.data.room, message);
      const { type, request_id } = JSON.parse(message) as { type: string; request_id?: unknown };
      const payload = type === 'ping' ? { server_time: new Date().toISOString() } : { protocol: 1 };
      socket.send(
        JSON.stringify({ type: type === 'hello' ? 'welcome' : type, status: 'success', request_id, payload }),
      );
    },
  },
});
