internal import TesseraConsole

runMain(ServerCommand.self)
