using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>A tall matrix of doubles, stored by columns, that is turned into the orthonormal factor of its own QR decomposition in place.</summary>
/// <remarks>Golub and Van Loan, "Matrix computations", 4th edition, algorithms 5.1.1 and 5.2.1. Columns are padded with zeros to whole vectors.
/// Every sum has 16 fixed lanes and one tree, with fused multiply-add (emulated exactly where the hardware has none), so that every machine gets the same bits.</remarks>
internal sealed class HouseholderMatrix
{
    const int Lanes = 16;

    readonly double[] _values;
    readonly int _stride;

    /// <param name="rows">At least <paramref name="columns"/>.</param>
    /// <param name="columns">At least 1.</param>
    public HouseholderMatrix(int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
        long stride = ((long)rows + Lanes - 1) / Lanes * Lanes;
        if (stride * columns > Array.MaxLength)
            throw new InvalidOperationException($"An orthogonal matrix of {rows} × {columns} needs a work matrix of {stride * columns * sizeof(double)} bytes, more than a .NET array can hold. Use he or glorot for this layer.");
        _stride = (int)stride;
        _values = new double[stride * columns];
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>The values of one column, without the padding.</summary>
    public Span<double> Column(int column) => _values.AsSpan(column * _stride, Rows);

    /// <summary>Replaces the matrix A = Q R by Q · diag(sign R): of all orthonormal factors of A the one whose R has a positive diagonal.</summary>
    public void Orthonormalize()
    {
        // A reflection is I − scale · v vᵀ. Its v takes the column's place from the diagonal down, with zeros above, so that sums may run over whole vectors.
        var reflection = new double[_stride];
        var scales = new double[Columns];
        var signs = new double[Columns];
        for (int pivot = 0; pivot < Columns; pivot++)
        {
            LoadReflection(pivot, reflection);
            double norm = Math.Sqrt(Dot(reflection, reflection, pivot));
            double diagonal = reflection[pivot];
            // Away from the diagonal's sign, so that nothing cancels: R's diagonal entry is then −sign(a) ‖a‖.
            signs[pivot] = diagonal < 0 ? 1 : -1;
            reflection[pivot] = diagonal < 0 ? diagonal - norm : diagonal + norm;
            double squaredNorm = Dot(reflection, reflection, pivot);
            scales[pivot] = squaredNorm > 0 ? 2 / squaredNorm : 0;
            Column(pivot)[pivot] = reflection[pivot];
            for (int column = pivot + 1; column < Columns; column++)
                Apply(reflection, scales[pivot], pivot, column);
        }
        // Q = H₀ H₁ … on the unit vectors, the last reflection first: it touches only its own column and the later ones.
        for (int pivot = Columns - 1; pivot >= 0; pivot--)
        {
            LoadReflection(pivot, reflection);
            Span<double> own = Column(pivot);
            own.Clear();
            own[pivot] = 1;
            for (int column = pivot; column < Columns; column++)
                Apply(reflection, scales[pivot], pivot, column);
        }
        for (int column = 0; column < Columns; column++)
            if (signs[column] < 0)
                foreach (ref double value in Column(column))
                    value = -value;
    }

    void LoadReflection(int pivot, double[] reflection)
    {
        Array.Clear(reflection);
        Column(pivot)[pivot..].CopyTo(reflection.AsSpan(pivot));
    }

    void Apply(double[] reflection, double scale, int pivot, int column)
    {
        Span<double> target = _values.AsSpan(column * _stride, _stride);
        AddMultiple(-scale * Dot(reflection, target, pivot), reflection, target, pivot);
    }

    /// <summary>Σ a·b over the rows from <paramref name="first"/> on, where <paramref name="a"/> is 0 above.</summary>
    static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b, int first)
    {
        ref double left = ref MemoryMarshal.GetReference(a);
        ref double right = ref MemoryMarshal.GetReference(b);
        Vector256<double> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (nuint i = (nuint)(first / Lanes * Lanes); i < (nuint)a.Length; i += Lanes)
        {
            sum0 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref left, i), Vector256.LoadUnsafe(ref right, i), sum0);
            sum1 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref left, i + 4), Vector256.LoadUnsafe(ref right, i + 4), sum1);
            sum2 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref left, i + 8), Vector256.LoadUnsafe(ref right, i + 8), sum2);
            sum3 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref left, i + 12), Vector256.LoadUnsafe(ref right, i + 12), sum3);
        }
        Vector256<double> sum = (sum0 + sum1) + (sum2 + sum3);
        return (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }

    /// <summary>target += factor · source over the rows from <paramref name="first"/> on, where <paramref name="source"/> is 0 above.</summary>
    static void AddMultiple(double factor, ReadOnlySpan<double> source, Span<double> target, int first)
    {
        ref double from = ref MemoryMarshal.GetReference(source);
        ref double to = ref MemoryMarshal.GetReference(target);
        Vector256<double> factors = Vector256.Create(factor);
        for (nuint i = (nuint)(first / Lanes * Lanes); i < (nuint)source.Length; i += (nuint)Vector256<double>.Count)
            Vector256.FusedMultiplyAdd(factors, Vector256.LoadUnsafe(ref from, i), Vector256.LoadUnsafe(ref to, i)).StoreUnsafe(ref to, i);
    }
}
