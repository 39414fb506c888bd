using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace MLNet.WeightInit;

/// <summary>Says in one sentence what is wrong where ML.NET or the way of publishing does not fit, instead of the runtime's errors about missing members.</summary>
internal static class MLNetCompatibility
{
    /// <summary>The package's dependency range is <c>[5.0.1, 6.0.0)</c>; NuGet can be told to ignore it.</summary>
    static readonly Version s_lowest = new(5, 0, 1), s_firstTooHigh = new(6, 0, 0);

    internal const string DynamicCodeMessage = "MLNet.WeightInit can't run as native AOT: ML.NET generates code at run time. Set PublishAot to false "
        + "(a program of one file has it on: write '#:property PublishAot=false' at its top); self-contained, single-file and ReadyToRun publishes work.";

    internal const string TrimmingMessage = "MLNet.WeightInit can't be trimmed: ML.NET finds its components by reflection. Set PublishTrimmed to false; self-contained, single-file and ReadyToRun publishes work.";

    static readonly Lazy<string?> s_problem = new(() => Describe(
        typeof(MLContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
        RuntimeFeature.IsDynamicCodeSupported));

    /// <exception cref="NotSupportedException">This ML.NET or this way of publishing can't work.</exception>
    public static void Ensure()
    {
        if (s_problem.Value is { } problem)
            throw new NotSupportedException(problem);
    }

    /// <summary>What is wrong, or null.</summary>
    /// <param name="version">Of the loaded Microsoft.ML, as it states it: <c>5.0.1+commit</c>; null where it states none.</param>
    /// <param name="dynamicCode">Whether code can be generated at run time.</param>
    internal static string? Describe(string? version, bool dynamicCode)
    {
        if (!dynamicCode)
            return DynamicCodeMessage;
        string number = version?.Split('+', '-')[0] ?? "";
        if (Version.TryParse(number, out Version? found) && found >= s_lowest && found < s_firstTooHigh)
            return null;
        return $"MLNet.WeightInit uses internals of ML.NET and needs Microsoft.ML from {s_lowest} to below {s_firstTooHigh}, and found {version ?? "one that states no version"}. "
            + "Reference a Microsoft.ML package in that range, or an MLNet.WeightInit made for yours.";
    }
}
