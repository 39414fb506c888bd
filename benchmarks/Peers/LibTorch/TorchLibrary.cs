using System.Runtime.InteropServices;
using TorchSharp;

namespace Peers.LibTorch;

/// <summary>Loads libtorch once, on Debian 12 too.</summary>
static class TorchLibrary
{
    const string NewestNeed = "GLIBCXX_3.4.32";

    static readonly Lazy<(string? Failure, string Note)> s_loaded = new(Load);

    /// <summary>Why it can't be loaded, or null.</summary>
    public static string? Failure => s_loaded.Value.Failure;

    /// <summary>For the reader of the table.</summary>
    public static string Note => s_loaded.Value.Note;

    static (string?, string) Load()
    {
        string note = "";
        try
        {
            if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && !HasNewestNeed())
                note = Patch();
            torch.InitializeDeviceType(DeviceType.CPU);
            torch.set_num_threads(1);
            return (null, $"libtorch 2.10.0 by TorchSharp 0.107.0.{note}");
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or NotSupportedException
            or TypeInitializationException or IOException)
        {
            string reason = (exception.InnerException ?? exception).Message.Split('\n')[0];
            return (reason, $"libtorch can't be loaded: {reason}{note}");
        }
    }

    static bool HasNewestNeed()
    {
        NativeLibrary.Load("libstdc++.so.6");
        string path = File.ReadLines("/proc/self/maps").First(line => line.Contains("libstdc++.so.6", StringComparison.Ordinal)).Split(' ')[^1];
        return File.ReadAllBytes(path).AsSpan().IndexOf("GLIBCXX_3.4.32\0"u8) >= 0;
    }

    /// <summary>Replaces this program's own copy in its output folder, never the package's file: written beside it and moved, so that a link would be cut.</summary>
    static string Patch()
    {
        string library = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        if (VersionNeeds.WithWeak(File.ReadAllBytes(library), NewestNeed) is { } patched)
        {
            DateTime written = File.GetLastWriteTimeUtc(library);
            string beside = library + ".patched";
            File.WriteAllBytes(beside, patched);
            File.SetLastWriteTimeUtc(beside, written);         // a build that finds the time of the package's file keeps the copy
            File.Move(beside, library, overwrite: true);
        }
        return $" This machine's libstdc++ has no {NewestNeed}: the copy of libLibTorchSharp.so in the output folder was patched to need it only weakly.";
    }
}
