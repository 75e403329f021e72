internal import TesseraConsole
internal import TesseraTensor

runMain(TesseraLab.self) { _ in Torch.keepFreedMemory() }
