import os
CONFIG = {'token': 'inventedaccesstoken00000000001', 'refresh': 'inventedrefreshtoken000000000000000000000000000001'}
secret: str = os.environ["TWITCH_CLIENT_SECRET_OF_THE_BOT"]
bot = commands.Bot(
    token="inventedaccesstoken00000000002",
    prefix="!",
)
