using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace MLNet.WeightInit.Engine.Kernels;

/// <summary>The layout in which weights, gradients and moments live: <c>[outputs / 32][inputs][32]</c>, the last panel 16 wide where 16 are enough.</summary>
/// <remarks>Forward reads it, the weight gradient is stored in it, the optimizer doesn't care: no product packs weights. Padding is zero and stays zero.</remarks>
internal static unsafe class Panels
{
    public const int Width = 32;

    /// <summary>Vectors of every width divide this: rows of activations, gradients and biases are padded to it.</summary>
    public const int Padding = 16;

    /// <summary>Units rounded up to whole vectors of 16.</summary>
    public static int Padded(int units) => (units + Padding - 1) / Padding * Padding;

    /// <summary>Floats between two rows of an activation matrix: padded, and a cache line more at multiples of 2 KB, where the rows of a tile would share few cache sets.</summary>
    public static int RowStride(int units)
    {
        int padded = Padded(units);
        return padded > 0 && padded % 512 == 0 ? padded + Padding : padded;
    }

    /// <summary>Panels that hold this many outputs.</summary>
    public static int Count(int outputs) => (outputs + Width - 1) / Width;

    /// <summary>32, or 16 for a last panel that needs no more.</summary>
    public static int WidthOf(int panel, int outputs) => Math.Min(Width, Padded(outputs) - panel * Width);

    /// <summary>Floats before a panel.</summary>
    public static nint Offset(int panel, int inputs) => (nint)panel * Width * inputs;

    /// <summary>Floats of a whole weight tensor in panels.</summary>
    public static long Length(int inputs, int outputs) => (long)inputs * Padded(outputs);

    /// <summary>Copies row-major [outputs × inputs] weights to where they lie input by input: [inputs][outputs, padded].</summary>
    public static void PackByInput(ReadOnlySpan<float> rowMajor, int inputs, int outputs, Span<float> byInput)
    {
        int stride = Padded(outputs);
        byInput[..(int)Length(inputs, outputs)].Clear();
        for (int output = 0; output < outputs; output++)
        {
            ReadOnlySpan<float> row = rowMajor.Slice(output * inputs, inputs);
            for (int input = 0; input < inputs; input++)
                byInput[input * stride + output] = row[input];
        }
    }

    /// <summary>Copies weights that lie input by input back to row-major [outputs × inputs].</summary>
    public static void UnpackByInput(ReadOnlySpan<float> byInput, int inputs, int outputs, Span<float> rowMajor)
    {
        int stride = Padded(outputs);
        for (int output = 0; output < outputs; output++)
        {
            Span<float> row = rowMajor.Slice(output * inputs, inputs);
            for (int input = 0; input < inputs; input++)
                row[input] = byInput[input * stride + output];
        }
    }

    /// <summary>Copies row-major [outputs × inputs] weights into panels.</summary>
    public static void Pack(ReadOnlySpan<float> rowMajor, int inputs, int outputs, Span<float> panels)
    {
        panels[..(int)Length(inputs, outputs)].Clear();
        for (int output = 0; output < outputs; output++)
        {
            ReadOnlySpan<float> row = rowMajor.Slice(output * inputs, inputs);
            int panel = output / Width, width = WidthOf(panel, outputs);
            Span<float> column = panels[((int)Offset(panel, inputs) + output % Width)..];
            for (int input = 0; input < inputs; input++)
                column[input * width] = row[input];
        }
    }

    /// <summary>Copies panels back to row-major [outputs × inputs].</summary>
    public static void Unpack(ReadOnlySpan<float> panels, int inputs, int outputs, Span<float> rowMajor)
    {
        for (int output = 0; output < outputs; output++)
        {
            Span<float> row = rowMajor.Slice(output * inputs, inputs);
            int panel = output / Width, width = WidthOf(panel, outputs);
            ReadOnlySpan<float> column = panels[((int)Offset(panel, inputs) + output % Width)..];
            for (int input = 0; input < inputs; input++)
                row[input] = column[input * width];
        }
    }

    /// <summary>Writes one panel of the transposed weights, for the input gradient: [outputs][width of the input panel] from W's panels.</summary>
    /// <param name="inputPanel">Which 32 inputs; padding columns are written zero.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransposePanel(float* panels, int inputs, int outputs, int inputPanel, float* transposed)
    {
        int firstInput = inputPanel * Width, width = WidthOf(inputPanel, inputs);
        for (int panel = 0; panel < Count(outputs); panel++)
        {
            int panelWidth = WidthOf(panel, outputs), firstOutput = panel * Width;
            int realInputs = Math.Min(width, inputs - firstInput), realOutputs = Math.Min(panelWidth, outputs - firstOutput);
            float* destination = transposed + (nint)firstOutput * width;
            Transpose(panels + Offset(panel, inputs) + (nint)firstInput * panelWidth, panelWidth, realInputs, realOutputs, destination, width);
            for (int input = realInputs; input < width; input++)
                for (int output = 0; output < realOutputs; output++)
                    destination[(nint)output * width + input] = 0;
        }
    }

    /// <summary><c>destination[column · destinationRow + row] = source[row · sourceRow + column]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint sourceRow, int rows, int columns, float* destination, nint destinationRow)
    {
        int row = 0;
        if (Avx.IsSupported)
        {
            for (; row + 8 <= rows; row += 8)
            {
                int column = 0;
                for (; column + 8 <= columns; column += 8)
                    Transpose8(source + row * sourceRow + column, sourceRow, destination + column * destinationRow + row, destinationRow);
                for (; column < columns; column++)
                    for (int i = row; i < row + 8; i++)
                        destination[column * destinationRow + i] = source[i * sourceRow + column];
            }
        }
        for (; row + 4 <= rows; row += 4)
        {
            int column = 0;
            for (; column + 4 <= columns; column += 4)
                Transpose4(source + row * sourceRow + column, sourceRow, destination + column * destinationRow + row, destinationRow);
            for (; column < columns; column++)
                for (int i = row; i < row + 4; i++)
                    destination[column * destinationRow + i] = source[i * sourceRow + column];
        }
        for (; row < rows; row++)
            for (int column = 0; column < columns; column++)
                destination[column * destinationRow + row] = source[row * sourceRow + column];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transpose8(float* source, nint sourceRow, float* destination, nint destinationRow)
    {
        // Pairs of rows, then pairs of pairs within 128 bits, then the halves: every row is loaded with the row four below in its upper half.
        Vector256<float> a = Halves(source, source + 4 * sourceRow), b = Halves(source + sourceRow, source + 5 * sourceRow);
        Vector256<float> c = Halves(source + 2 * sourceRow, source + 6 * sourceRow), d = Halves(source + 3 * sourceRow, source + 7 * sourceRow);
        Store4(Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b), Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d), destination, destinationRow);
        source += 4;
        a = Halves(source, source + 4 * sourceRow);
        b = Halves(source + sourceRow, source + 5 * sourceRow);
        c = Halves(source + 2 * sourceRow, source + 6 * sourceRow);
        d = Halves(source + 3 * sourceRow, source + 7 * sourceRow);
        Store4(Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b), Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d), destination + 4 * destinationRow, destinationRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Halves(float* low, float* high) => Vector256.Create(Vector128.Load(low), Vector128.Load(high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store4(Vector256<float> abLow, Vector256<float> abHigh, Vector256<float> cdLow, Vector256<float> cdHigh, float* destination, nint row)
    {
        Avx.Shuffle(abLow, cdLow, 0b01_00_01_00).Store(destination);
        Avx.Shuffle(abLow, cdLow, 0b11_10_11_10).Store(destination + row);
        Avx.Shuffle(abHigh, cdHigh, 0b01_00_01_00).Store(destination + 2 * row);
        Avx.Shuffle(abHigh, cdHigh, 0b11_10_11_10).Store(destination + 3 * row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transpose4(float* source, nint sourceRow, float* destination, nint destinationRow)
    {
        Vector128<float> a = Vector128.Load(source), b = Vector128.Load(source + sourceRow), c = Vector128.Load(source + 2 * sourceRow), d = Vector128.Load(source + 3 * sourceRow);
        Vector128<float> abLow = InterleaveLow(a, b), abHigh = InterleaveHigh(a, b), cdLow = InterleaveLow(c, d), cdHigh = InterleaveHigh(c, d);
        Vector128.Create(abLow.GetLower(), cdLow.GetLower()).Store(destination);
        Vector128.Create(abLow.GetUpper(), cdLow.GetUpper()).Store(destination + destinationRow);
        Vector128.Create(abHigh.GetLower(), cdHigh.GetLower()).Store(destination + 2 * destinationRow);
        Vector128.Create(abHigh.GetUpper(), cdHigh.GetUpper()).Store(destination + 3 * destinationRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> InterleaveLow(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> InterleaveHigh(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);
}
