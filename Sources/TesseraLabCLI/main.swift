internal import TesseraConsole

runMain(TesseraLab.self)
