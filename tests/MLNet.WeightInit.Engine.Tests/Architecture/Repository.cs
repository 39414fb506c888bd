namespace MLNet.WeightInit.Engine.Tests.Architecture;

/// <summary>The checkout that these tests were built from.</summary>
static class Repository
{
    /// <summary>The folder of the solution, found upwards from the test assembly: paths of the building machine aren't compiled in.</summary>
    public static string Root { get; } = FindRoot();

    /// <param name="path">From the root, with slashes.</param>
    public static string PathOf(string path) => Path.Combine([Root, .. path.Split('/')]);

    public static string Read(string path) => File.ReadAllText(PathOf(path)).ReplaceLineEndings("\n");

    /// <summary>C# files under a folder; as <see cref="Files"/>.</summary>
    public static IReadOnlyList<string> Sources(string folder) => Files(folder, "*.cs");

    /// <summary>Files under a folder, as paths from the root with slashes, without build output.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern)
        => [.. Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)];

    static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MLNet.WeightInit.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds MLNet.WeightInit.sln: run the tests inside a checkout.");
    }
}
