using System.Runtime.InteropServices;
using TorchSharp;

namespace Peers.LibTorch;

/// <summary>Loads libtorch once, on Debian 12 too.</summary>
static partial class TorchLibrary
{
    const string NewestNeed = "GLIBCXX_3.4.32";

    // glibc's malloc.h.
    const int TrimThreshold = -1, TopPadding = -2, MapThreshold = -3;
    const int Megabyte = 1 << 20;

    static readonly Lazy<(string? Failure, string Note)> s_loaded = new(Load);

    /// <summary>Why it can't be loaded, or null.</summary>
    public static string? Failure => s_loaded.Value.Failure;

    /// <summary>For the reader of the table.</summary>
    public static string Note => s_loaded.Value.Note;

    static (string?, string) Load()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return ("libtorch is referenced for Linux on x64 only", "libtorch is referenced for Linux on x64 only.");
        string note = "";
        try
        {
            KeepFreedMemory();
            if (!HasNewestNeed())
                note = Patch();
            // First by its path: where that fails the loader says why, while TorchSharp prints pages and copies half a gigabyte.
            NativeLibrary.Load(InOutput("libLibTorchSharp.so"));
            torch.InitializeDeviceType(DeviceType.CPU);
            torch.set_num_threads(1);
            return (null, $"libtorch 2.10.0 by TorchSharp 0.107.0, with an allocator that keeps what is freed.{note}");
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or NotSupportedException
            or TypeInitializationException or IOException)
        {
            string reason = (exception.InnerException ?? exception).Message.ReplaceLineEndings(" ").Trim();
            return ("libtorch can't be loaded", $"libtorch can't be loaded: {reason}{note}");
        }
    }

    /// <summary>Gives libtorch its best: with glibc's defaults a step maps its larger tensors anew and pays for every page again, which costs it up to a third.</summary>
    /// <remarks>PyTorch's tuning guide advises another allocator for the same reason.</remarks>
    static void KeepFreedMemory()
    {
        SetAllocator(MapThreshold, 32 * Megabyte);             // the most that glibc takes
        SetAllocator(TrimThreshold, 512 * Megabyte);
        SetAllocator(TopPadding, 64 * Megabyte);
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocator(int parameter, int value);

    static string InOutput(string library) => Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", library);

    static bool HasNewestNeed()
    {
        NativeLibrary.Load("libstdc++.so.6");
        string path = File.ReadLines("/proc/self/maps").First(line => line.Contains("libstdc++.so.6", StringComparison.Ordinal)).Split(' ')[^1];
        return File.ReadAllBytes(path).AsSpan().IndexOf("GLIBCXX_3.4.32\0"u8) >= 0;
    }

    /// <summary>Replaces this program's own copy in its output folder, never the package's file: written beside it and moved, so that a link would be cut.</summary>
    static string Patch()
    {
        string library = InOutput("libLibTorchSharp.so");
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
