internal import TesseraConsole

runMain(Tessera.self, before: Tessera.handOver)
