// One kernel at a time, by BenchmarkDotNet: for work on a tile, an activation or an update, where the whole table of benchmarks/Kernels says too little.
//
//     dotnet run -c Release --project benchmarks/Micro -- --list flat
//     dotnet run -c Release --project benchmarks/Micro -- --filter '*Gemm*'                    one family
//     dotnet run -c Release --project benchmarks/Micro -- --filter '*Gelu*' --job short        fewer rounds
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

// Results go beside the program, where nothing is committed.
ManualConfig config = ManualConfig.Create(DefaultConfig.Instance).WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "results"));
BenchmarkSwitcher.FromAssembly(typeof(Micro.KernelBenchmark).Assembly).Run(args, config);
