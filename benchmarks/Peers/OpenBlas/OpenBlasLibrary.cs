using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Peers.OpenBlas;

/// <summary>Debian's OpenBLAS (libopenblas0-pthread), with the kernels that suit this processor.</summary>
/// <remarks>On a processor that it doesn't know it falls back to Prescott's kernels, 128 bits wide: its core type is therefore set before it is loaded.</remarks>
static partial class OpenBlasLibrary
{
    public const string CoreTypeVariable = "OPENBLAS_CORETYPE";
    const string Library = "libopenblas.so.0";

    static readonly Lazy<string?> s_failure = new(Load);

    /// <summary>Why it can't be loaded, or null.</summary>
    public static string? Failure => s_failure.Value;

    public static string Note
        => Failure is { } failure ? $"OpenBLAS can't be loaded: {failure}." : $"{Marshal.PtrToStringUTF8(Configuration())}, kernels for {Marshal.PtrToStringUTF8(CoreName())}.";

    /// <summary>The widest kernels that the processor runs; null leaves the choice to OpenBLAS.</summary>
    public static string? BestCoreType
        => Environment.GetEnvironmentVariable(CoreTypeVariable) ?? (Avx512F.IsSupported ? "SkylakeX" : !Avx2.IsSupported || !Fma.IsSupported ? null : IsAmd ? "Zen" : "Haswell");

    /// <summary>"Auth" of "AuthenticAMD" in the second register.</summary>
    static bool IsAmd => X86Base.CpuId(0, 0).Ebx == 0x68747541;

    /// <summary>C = A · B, row-major.</summary>
    /// <param name="transposedB">B lies as [columns × depth].</param>
    public static unsafe void Multiply(float* a, float* b, float* c, int rows, int columns, int depth, bool transposedB)
    {
        const int RowMajor = 101, Plain = 111, Transposed = 112;
        Sgemm(RowMajor, Plain, transposedB ? Transposed : Plain, rows, columns, depth, 1, a, depth, b, transposedB ? depth : columns, 0, c, columns);
    }

    static string? Load()
    {
        try
        {
            // The library reads the process's own environment, which .NET's variables don't reach.
            if (BestCoreType is { } type)
                SetVariable(CoreTypeVariable, type, 1);
            SetVariable("OPENBLAS_NUM_THREADS", "1", 1);
            NativeLibrary.Load(Library);
            return null;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return $"no {Library}; on Debian: apt-get install libopenblas0-pthread";
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport(Library, EntryPoint = "openblas_get_config")]
    private static partial nint Configuration();

    [LibraryImport(Library, EntryPoint = "openblas_get_corename")]
    private static partial nint CoreName();

    [LibraryImport(Library, EntryPoint = "cblas_sgemm")]
    private static unsafe partial void Sgemm(int order, int transposeA, int transposeB, int rows, int columns, int depth,
        float alpha, float* a, int aRow, float* b, int bRow, float beta, float* c, int cRow);
}
