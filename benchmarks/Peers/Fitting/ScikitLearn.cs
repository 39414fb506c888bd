using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Peers.OpenBlas;

namespace Peers.Fitting;

/// <summary>scikit-learn in a process of its own, which fits when it is told to and says how long it took.</summary>
sealed class ScikitLearn : IDisposable
{
    /// <summary>The system's own first: the one that Debian's python3-sklearn belongs to.</summary>
    static readonly string[] s_interpreters = ["/usr/bin/python3", "python3"];

    readonly Process _process;

    ScikitLearn(Process process, string version)
    {
        _process = process;
        Version = version;
    }

    public string Version { get; }

    /// <summary>Null where no Python has scikit-learn.</summary>
    public static ScikitLearn? Start()
    {
        foreach (string interpreter in s_interpreters)
        {
            var start = new ProcessStartInfo(interpreter, [InOutput("fit.py"), InOutput("digits.csv")])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            };
            start.Environment["OPENBLAS_NUM_THREADS"] = "1";
            start.Environment["OMP_NUM_THREADS"] = "1";
            if (OpenBlasLibrary.BestCoreType is { } type)
                start.Environment[OpenBlasLibrary.CoreTypeVariable] = type;
            try
            {
                Process process = Process.Start(start)!;
                if (process.StandardOutput.ReadLine() is { } version)
                    return new ScikitLearn(process, version);
                process.Dispose();
            }
            catch (Win32Exception)
            {
                // No such program: the next one, or none.
            }
        }
        return null;

        static string InOutput(string file) => Path.Combine(AppContext.BaseDirectory, file == "fit.py" ? "Fitting" : "", file);
    }

    /// <summary>Fits once.</summary>
    public (double WallSeconds, double ProcessorSeconds, double Loss) Fit()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"scikit-learn ended: {_process.StandardError.ReadToEnd()}");
        double[] numbers = [.. line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        return (numbers[0], numbers[1], numbers[2]);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
