"""The floor of the door: aiosmtpd with a handler that does nothing. `python -m bench.null_smtp PORT`."""

import asyncio
import logging
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session

from cordboard.lab.ports import HOST


class Null:
    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return "250 OK"


async def _serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Null(), loop=loop), HOST, port, backlog=512)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    asyncio.run(_serve(int(sys.argv[1])))
