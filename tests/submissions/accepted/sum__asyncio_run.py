import asyncio


async def add(total, number):
    await asyncio.sleep(0)
    return total + number


async def main():
    input()
    total = 0
    for number in map(int, input().split()):
        total = await add(total, number)
    print(total)


asyncio.run(main())
