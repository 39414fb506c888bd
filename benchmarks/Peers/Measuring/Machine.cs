using System.Runtime.InteropServices;
using MLNet.WeightInit.Engine.Kernels;

namespace Peers.Measuring;

/// <summary>What the numbers depend on and a reader wants beside them.</summary>
static class Machine
{
    public static string Describe()
        => $"{Processor()}, {Environment.ProcessorCount} processors, vectors of {Width()} bits, "
            + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, load {Load()}";

    /// <summary>Processes that ran or wanted to, on average over the last minute; this program's own included.</summary>
    public static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    static string Processor()
    {
        const string CpuInfo = "/proc/cpuinfo";
        string? line = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    static int Width() => SimdLevels.Best switch { SimdLevel.Width512 => 512, SimdLevel.Width256 => 256, _ => 128 };
}
