// Prints what share of this machine's multiply-add peak the matrix products reach on one thread, and the time of one training step.
//
//     dotnet run -c Release --project benchmarks/Kernels
using Kernels;
using MLNet.WeightInit.Engine.Kernels;

SimdLevel level = SimdLevels.Best;
Candidate peak = SimdLevels.Create<PeakProbe, Candidate>(level, new PeakProbe());
Candidate[] candidates =
[
    peak,
    new Product(level, batch: 512, inputs: 512, outputs: 512).Forward("512 × 512 × 512, forward"),
    new Product(level, batch: 128, inputs: 784, outputs: 256).Forward("batch 128, 784 → 256, forward"),
    new Product(level, batch: 128, inputs: 784, outputs: 256).WeightGradient("batch 128, 784 → 256, weight gradient"),
    new Product(level, batch: 128, inputs: 256, outputs: 128).InputGradient("batch 128, 256 → 128, input gradient"),
    new Product(level, batch: 32, inputs: 1024, outputs: 1024).Forward("batch 32, 1024 → 1024, forward"),
    StepOf784.Create(level),
];
double[] seconds = Timing.InTurn(candidates);
double peakRate = peak.Work / seconds[0];

Console.WriteLine($"Vector width: {level}. One thread, processor time, median of {Timing.Rounds} rounds in turn.");
Console.WriteLine();
Console.WriteLine("| | µs a call | GFLOP/s | share of the peak |");
Console.WriteLine("|---|---|---|---|");
foreach ((Candidate candidate, double time) in candidates.Zip(seconds))
    Console.WriteLine($"| {candidate.Name} | {time * 1e6:F1} | {candidate.Work / time / 1e9:F1} | {candidate.Work / time / peakRate:P0} |");
