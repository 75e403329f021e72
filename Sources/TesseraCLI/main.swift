internal import TesseraConsole

runMain(Tessera.self)
