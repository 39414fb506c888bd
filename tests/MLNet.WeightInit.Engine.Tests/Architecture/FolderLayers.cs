using System.Text.RegularExpressions;

namespace MLNet.WeightInit.Engine.Tests.Architecture;

/// <summary>Which folder of the engine may use which: docs/architecture.md has the same table.</summary>
/// <remarks>Files outside any folder compose the parts and may use all of them.</remarks>
static partial class FolderLayers
{
    static readonly string[] s_systemOnly = ["Text", "Kernels"];

    public static IReadOnlyDictionary<string, string[]> Allowed { get; } = new Dictionary<string, string[]>
    {
        ["Text"] = [],
        ["Kernels"] = ["Text"],
        ["Expectations"] = ["Text", "Kernels"],
        ["Randomness"] = ["Kernels"],
        ["Initializers"] = ["Text", "Kernels", "Expectations", "Randomness"],
        ["Data"] = ["Text", "Kernels", "Randomness"],
        ["Network"] = ["Text", "Kernels", "Expectations", "Randomness", "Initializers", "Data"],
        ["Training"] = ["Text", "Kernels", "Expectations", "Randomness", "Initializers", "Data", "Network"],
        ["Calibration"] = ["Text", "Kernels", "Expectations", "Randomness", "Initializers", "Data", "Network", "Training"],
        ["Diagnostics"] = ["Text", "Kernels", "Expectations", "Randomness", "Initializers", "Data", "Network", "Training", "Calibration"],
        ["Persistence"] = ["Text", "Kernels", "Expectations", "Randomness", "Initializers", "Data", "Network", "Training", "Calibration", "Diagnostics"],
    };

    /// <summary>Every line of a source file of <paramref name="folder"/> that names a namespace which the folder may not use, as <c>line: text</c>.</summary>
    /// <remarks>Reads <c>using</c> lines and engine namespaces written out in code. Public types live in one namespace and are every folder's vocabulary.</remarks>
    public static IEnumerable<string> ForbiddenUses(string folder, string source)
    {
        string[] lines = source.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.StartsWith("//", StringComparison.Ordinal) || line.StartsWith("namespace ", StringComparison.Ordinal))
                continue;
            bool wrongFolder = EngineFolder().Matches(line).Any(match => !MayUse(folder, match.Groups["folder"].Value));
            bool wrongLibrary = s_systemOnly.Contains(folder) && UsingLine().Match(line) is { Success: true } use && !IsOwnOrSystem(use.Groups["name"].Value);
            if (wrongFolder || wrongLibrary)
                yield return $"{i + 1}: {line}";
        }
    }

    static bool MayUse(string folder, string target) => target == folder || !Allowed.ContainsKey(target) || Allowed[folder].Contains(target);

    static bool IsOwnOrSystem(string name)
        => name.Split('.')[0] == "System" || name == "MLNet.WeightInit" || name.StartsWith("MLNet.WeightInit.Engine", StringComparison.Ordinal);

    [GeneratedRegex(@"^(global\s+)?using\s+(static\s+)?(\w+\s*=\s*)?(?<name>[A-Z][\w.]*)\s*(<[^;]*)?;")]
    private static partial Regex UsingLine();

    /// <summary>From the root, or from inside MLNet.WeightInit, where <c>Engine.Training.X</c> resolves too.</summary>
    [GeneratedRegex(@"(?<![\w.])(MLNet\.WeightInit\.)?Engine\.(?<folder>[A-Z]\w*)")]
    private static partial Regex EngineFolder();
}
