"""Talks to Parley with Python's websockets: answers the first message it gets, then leaves. Prints what it saw."""

import asyncio
import json
import sys

import websockets

DEADLINE_S = 20


async def talk(url, token):
    async with websockets.connect(
        url,
        subprotocols=["parley.v1.json"],
        extra_headers={"Authorization": f"Bearer {token}"},
    ) as socket:
        assert socket.subprotocol == "parley.v1.json", socket.subprotocol
        while True:
            message = json.loads(await socket.recv())
            if message["type"] == "message:new":
                break
        said = message["payload"]
        answer = {
            "type": "message",
            "chat_id": said["chat_session_id"],
            "content": "you said: " + said["content"],
            "request_id": 1,
        }
        await socket.send(json.dumps(answer))
        reply = json.loads(await socket.recv())
        assert reply["status"] == "success", reply
        pong = await socket.ping()
        await pong
        await socket.close()
        return {"pong": pong.done(), "closed": socket.close_code}


async def be_refused(url):
    async with websockets.connect(url + "?token=letmein") as socket:
        try:
            while True:
                await socket.recv()
        except websockets.ConnectionClosed as closed:
            return [closed.rcvd.code, closed.rcvd.reason]


async def main(url, token):
    seen = await asyncio.wait_for(talk(url, token), DEADLINE_S)
    seen["refused"] = await asyncio.wait_for(be_refused(url), DEADLINE_S)
    print(json.dumps(seen))


asyncio.run(main(*sys.argv[1:]))
