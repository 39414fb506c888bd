using System.Diagnostics;
using System.Reflection;

namespace MLNet.WeightInit.Tests.Support;

/// <summary>A program that was built with these tests, run as a process of its own.</summary>
static class OtherProgram
{
    /// <param name="Lines">Of the standard output, without white space at their ends.</param>
    /// <param name="Errors">The error output.</param>
    public sealed record Outcome(int ExitCode, string[] Lines, string Errors);

    /// <param name="name">As this project's file names it.</param>
    public static Outcome Run(string name, IEnumerable<string> arguments)
    {
        string program = typeof(OtherProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == name).Value!;
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["exec", program, .. arguments])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Outcome(process.ExitCode, output.Split('\n', StringSplitOptions.TrimEntries), error.Result);
    }
}
