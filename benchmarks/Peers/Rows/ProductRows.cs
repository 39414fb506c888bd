using System.Diagnostics;
using System.Globalization;
using Kernels;
using MLNet.WeightInit.Engine.Kernels;
using Peers.LibTorch;
using Peers.Measuring;
using Peers.OpenBlas;
using Peers.Own;

namespace Peers.Rows;

/// <summary>Matrix products on one thread, against MKL and OpenBLAS and against the machine's peak.</summary>
static class ProductRows
{
    /// <summary>The argument that makes this program print its share of the 256-bit peak and nothing else.</summary>
    public const string ShareArgument = "avx2-share";
    const string NoAvx512 = "DOTNET_EnableAVX512";

    public static IEnumerable<Row> Measure()
    {
        (Row wide, double wideShare) = Product(batch: 128, inputs: 784, outputs: 256, goal: 1.08, gate: 1);
        (Row narrow, _) = Product(batch: 32, inputs: 1024, outputs: 1024, goal: 1.5, gate: 1.3);
        (Row cube, double cubeShare) = Product(batch: 1024, inputs: 1024, outputs: 1024, goal: 1, gate: 0.97);
        return
        [
            wide, narrow, cube,
            ShareOf512("batch 128, 784→256", wideShare, goal: 0.96, gate: 0.92),
            ShareOf512("1024³", cubeShare, goal: 0.90, gate: 0.85),
            ShareOf256(),
        ];
    }

    /// <summary>Share of the peak at this process's vector width of batch 128, 784→256.</summary>
    public static double Share()
    {
        Candidate ours = OwnProduct.Create(128, 784, 256);
        return Race.Run([ours]).ShareOfPeak(ours);
    }

    static (Row Row, double Share) Product(int batch, int inputs, int outputs, double goal, double gate)
    {
        string work = batch == inputs && inputs == outputs ? $"product {batch}³" : $"product batch {batch}, {inputs}→{outputs}";
        Candidate ours = OwnProduct.Create(batch, inputs, outputs);
        Candidate[] peers =
        [
            .. TorchLibrary.Failure is null ? TorchProduct.Both(batch, inputs, outputs) : [],
            .. OpenBlasLibrary.Failure is null ? OpenBlasProduct.Both(batch, inputs, outputs) : [],
        ];
        Race race = Race.Run([ours, .. peers]);
        double share = race.ShareOfPeak(ours);
        if (peers.Length == 0)
            return (new Row(work, "MKL, OpenBLAS", Unit.Factor, goal, gate, null, "neither could be loaded"), share);
        Candidate best = peers.MinBy(race.ProcessorSeconds)!;
        string rates = string.Join(", ", peers.Prepend(ours).Select(candidate => $"{candidate.Name} {candidate.Work / race.ProcessorSeconds(candidate) / 1e9:F0}"));
        string details = $"{rates}, peak {race.Peak / 1e9:F0} GFLOP/s";
        return (new Row(work, best.Name, Unit.Factor, goal, gate, race.ProcessorRatio(best, ours), details), share);
    }

    static Row ShareOf512(string shape, double share, double goal, double gate)
        => SimdLevels.Best == SimdLevel.Width512
            ? new Row($"product {shape}", "the 512-bit peak", Unit.Share, goal, gate, share, "")
            : new Row($"product {shape}", "the 512-bit peak", Unit.Share, goal, gate, null, "not measurable here: no AVX-512");

    static Row ShareOf256()
    {
        const double Goal = 0.93, Gate = 0.88;
        Row Result(double? share, string details) => new("product batch 128, 784→256, AVX2", "the 256-bit peak", Unit.Share, Goal, Gate, share, details);
        return SimdLevels.Best switch
        {
            SimdLevel.Width256 => Result(Share(), ""),
            SimdLevel.Width512 => Result(ShareWithoutAvx512(), $"in a process of its own with {NoAvx512}=0"),
            _ => Result(null, "not measurable here: no AVX2"),
        };
    }

    /// <summary>In another process: without AVX-512 the compiler also has half the registers.</summary>
    static double? ShareWithoutAvx512()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, nameof(Peers)), ShareArgument) { RedirectStandardOutput = true };
        start.Environment[NoAvx512] = "0";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.TryParse(output, CultureInfo.InvariantCulture, out double share) ? share : null;
    }
}
