using Kernels;
using MLNet.WeightInit.Engine.Kernels;

var level = SimdLevels.Best;
var peak = SimdLevels.Create<PeakProbe, Candidate>(level, new PeakProbe());
Console.WriteLine($"{level}: {peak.Work / Timing.InTurn([peak])[0] / 1e9:F1} GFLOP/s");
