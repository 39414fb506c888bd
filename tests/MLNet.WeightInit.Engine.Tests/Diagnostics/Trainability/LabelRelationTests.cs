using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Tests.Network;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics.Trainability;

/// <summary>Against predictions that are made row by row from the other rows.</summary>
[TestFixture]
internal sealed class LabelRelationTests
{
    const int Rows = 24, Columns = 5, Outputs = 2;

    /// <summary>Closed leave-one-out errors against a ridge regression that is solved anew without each row. Double precision, a system of 23 rows with a condition below 1e3: 1e-10.</summary>
    [Test]
    public void The_linear_share_is_that_of_regressions_without_the_row()
    {
        float[] features = Networks.Values(Rows * Columns, 1), gradients = Networks.Values(Rows * Outputs, 2);
        for (int row = 0; row < Rows; row++)
            gradients[row * Outputs] += 0.5f * features[row * Columns] - features[row * Columns + 3];
        double[][] asked = Asked(gradients), centred = [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, Columns)
            .Select(column => features[row * Columns + column] - Enumerable.Range(0, Rows).Average(other => (double)features[other * Columns + column])).ToArray())];
        double ridge = centred.Average(row => row.Sum(value => value * value)), error = 0, square = 0;
        for (int row = 0; row < Rows; row++)
        {
            int[] others = [.. Enumerable.Range(0, Rows).Where(other => other != row)];
            foreach (double[] wanted in asked)
            {
                // Σ x xᵀ + λ on the other rows: the primal way to the same regression.
                var normal = new double[Columns, Columns + 1];
                for (int i = 0; i < Columns; i++)
                {
                    for (int j = 0; j < Columns; j++)
                        normal[i, j] = others.Sum(other => centred[other][i] * centred[other][j]) + (i == j ? ridge : 0);
                    normal[i, Columns] = others.Sum(other => centred[other][i] * wanted[other]);
                }
                double[] slopes = Solve(normal);
                double left = wanted[row] - slopes.Zip(centred[row], (slope, value) => slope * value).Sum();
                (error, square) = (error + left * left, square + wanted[row] * wanted[row]);
            }
        }
        Assert.That(new LabelRelation(gradients, Rows, Outputs, Outputs).Of(features, Columns, Columns).Linear, Is.EqualTo(1 - error / square).Within(1e-10));
    }

    [Test]
    public void The_near_share_is_that_of_five_neighbours()
    {
        float[] features = Networks.Values(Rows * Columns, 3), gradients = [.. Enumerable.Range(0, Rows * Outputs).Select(i => features[i / Outputs * Columns] * (i % Outputs + 1))];
        double error = 0, square = 0;
        foreach (double[] wanted in Asked(gradients))
            for (int row = 0; row < Rows; row++)
            {
                double near = Enumerable.Range(0, Rows).Where(other => other != row)
                    .OrderBy(other => Enumerable.Range(0, Columns).Sum(column => Math.Pow((double)features[row * Columns + column] - features[other * Columns + column], 2))).Take(5).Average(other => wanted[other]);
                error += Math.Pow(wanted[row] - near, 2);
                square += wanted[row] * wanted[row];
            }
        Assert.That(new LabelRelation(gradients, Rows, Outputs, Outputs).Of(features, Columns, Columns).Near, Is.EqualTo(Math.Clamp(1 - error / square, -1, 1)).Within(1e-10));
    }

    [Test]
    public void Nothing_is_told_by_equal_rows_or_broken_ones([Values(0f, 1f, float.NaN, float.PositiveInfinity)] float value)
    {
        float[] features = [.. Enumerable.Repeat(value, Rows * Columns)];
        Assert.That(new LabelRelation(Networks.Values(Rows, 1), Rows, 1, 1).Of(features, Columns, Columns), Is.EqualTo((0.0, 0.0)));
    }

    static double[][] Asked(float[] gradients) => [.. Enumerable.Range(0, Outputs).Select(output =>
    {
        double mean = Enumerable.Range(0, Rows).Average(row => -(double)gradients[row * Outputs + output]);
        return Enumerable.Range(0, Rows).Select(row => -(double)gradients[row * Outputs + output] - mean).ToArray();
    })];

    /// <summary>Gauss and Jordan; the matrix is positive.</summary>
    static double[] Solve(double[,] system)
    {
        int n = system.GetLength(0);
        for (int pivot = 0; pivot < n; pivot++)
            for (int row = 0; row < n; row++)
            {
                if (row == pivot)
                    continue;
                double factor = system[row, pivot] / system[pivot, pivot];
                for (int column = pivot; column <= n; column++)
                    system[row, column] -= factor * system[pivot, column];
            }
        return [.. Enumerable.Range(0, n).Select(row => system[row, n] / system[row, row])];
    }
}
