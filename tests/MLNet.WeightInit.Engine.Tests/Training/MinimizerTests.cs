using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>The line search and L-BFGS on functions whose minima are known.</summary>
[TestFixture]
internal sealed class MinimizerTests
{
    /// <summary>Functions of one step that fall at 0; the first two are those of Moré and Thuente 1994, eq. 5.1 and 5.2, and so are the first steps.</summary>
    static readonly (string Name, Func<double, double> Value, Func<double, double> Slope)[] s_functions =
    [
        ("concave, then convex", a => -a / (a * a + 2), a => (a * a - 2) / ((a * a + 2) * (a * a + 2))),
        ("flat, then steep", a => Math.Pow(a + 0.004, 5) - 2 * Math.Pow(a + 0.004, 4), a => 5 * Math.Pow(a + 0.004, 4) - 8 * Math.Pow(a + 0.004, 3)),
        ("waves", a => (a - 1) * (a - 1) - 0.3 * Math.Sin(9 * a), a => 2 * (a - 1) - 2.7 * Math.Cos(9 * a)),
        ("parabola", a => a * a - 6 * a, a => 2 * a - 6),
        ("with a wall", a => a < 2 ? -a - 0.1 * Math.Log(2 - a) : double.NaN, a => -1 + 0.1 / (2 - a)),
    ];

    [Test]
    public void A_step_fulfils_the_strong_Wolfe_conditions([Range(0, 4)] int function, [Values(1e-3, 0.1, 1, 10, 1e3)] double first)
    {
        (string name, Func<double, double> value, Func<double, double> slope) = s_functions[function];
        var search = new LineSearch(1);
        var objective = new Objective((x, gradient) => { gradient[0] = slope(x[0]); return value(x[0]); });
        LineSearchEnd end = search.Run(objective, [0], [1], first, value(0), slope(0));
        Assert.That(end, Is.EqualTo(LineSearchEnd.Found), name);
        Assert.That(search.Point[0], Is.EqualTo(search.Step));
        Assert.That(search.Value, Is.EqualTo(value(search.Step)));
        Assert.That(search.Value, Is.LessThanOrEqualTo(value(0) + 1e-4 * search.Step * slope(0)));
        Assert.That(Math.Abs(slope(search.Step)), Is.LessThanOrEqualTo(0.9 * Math.Abs(slope(0))));
        Assert.That(search.Evaluations, Is.EqualTo(objective.Evaluations).And.LessThanOrEqualTo(LineSearch.MostEvaluations));
    }

    [Test]
    public void A_direction_that_only_rises_or_only_falls_ends()
    {
        Assert.That(new LineSearch(1).Run(new Objective((x, gradient) => { gradient[0] = 1; return x[0]; }), [0], [1], 1, 0, -1), Is.EqualTo(LineSearchEnd.NotFound));
        Assert.That(new LineSearch(1).Run(new Objective((x, gradient) => { gradient[0] = -1; return -x[0]; }), [0], [1], 1, 0, -1), Is.EqualTo(LineSearchEnd.NotFound));
    }

    /// <summary>Rosenbrock 1960, chained: f = Σ 100 (x[i+1] − x[i]²)² + (1 − x[i])², lowest at ones.</summary>
    static double Rosenbrock(ReadOnlySpan<double> x, Span<double> gradient)
    {
        gradient.Clear();
        double sum = 0;
        for (int i = 0; i + 1 < x.Length; i++)
        {
            double bend = x[i + 1] - x[i] * x[i], rest = 1 - x[i];
            sum += 100 * bend * bend + rest * rest;
            gradient[i] += -400 * x[i] * bend - 2 * rest;
            gradient[i + 1] += 200 * bend;
        }
        return sum;
    }

    [Test]
    public void Rosenbrocks_valley_is_walked_to_its_end([Values(2, 4, 30)] int length, [Values(1, 5, 10)] int memory)
    {
        var minimizer = Begin(length, memory, tolerance: 1e-7);
        var objective = new Objective(Rosenbrock);
        double before = double.PositiveInfinity;
        int iterations = 0;
        while (minimizer.Step(objective) == MinimizerEnd.Moved && iterations++ < 1000)
        {
            Assert.That(minimizer.Value, Is.LessThanOrEqualTo(before * (1 + 1e-7)));
            before = minimizer.Value;
        }
        // f is at least 0.39 of the squared distance near the ones (its smallest curvature, for two variables; less for more), and ends where the gradient or its fall is next to nothing.
        Assert.That(minimizer.End, Is.EqualTo(MinimizerEnd.Converged).Or.EqualTo(MinimizerEnd.Stalled));
        Assert.That(minimizer.Point.ToArray(), Is.All.EqualTo(1).Within(1e-3));
        Assert.That(minimizer.Value, Is.LessThan(1e-7));
        Assert.That(minimizer.Evaluations, Is.EqualTo(objective.Evaluations));
        Assert.That(iterations, Is.LessThan(length == 30 ? 400 : 150), "Newton's method takes 21 from this start, gradient descent ten thousand");
    }

    /// <summary>H by the whole matrices of eq. 7.16, from the same pairs: the two loops of algorithm 7.4 must give −H ∇f.</summary>
    [Test]
    public void Directions_are_those_of_whole_matrices([Values(1, 3, 8)] int memory)
    {
        const int Length = 5;
        var minimizer = Begin(Length, memory, tolerance: 0);
        var objective = new Objective(Rosenbrock);
        double[] place = minimizer.Point.ToArray(), gradient = new double[Length];
        Rosenbrock(place, gradient);
        var pairs = new List<(double[] Move, double[] Change)>();
        for (int iteration = 0; iteration < 25; iteration++)
        {
            Assert.That(minimizer.Step(objective), Is.EqualTo(MinimizerEnd.Moved));
            double[] next = minimizer.Point.ToArray(), nextGradient = minimizer.Gradient.ToArray();
            double[] expected = Direction(gradient, pairs.TakeLast(memory).ToList());
            double size = Math.Sqrt(expected.Sum(value => value * value));
            // Places and directions round to 2⁻⁵³ of numbers up to some hundreds, and a step that is short against its place magnifies that.
            for (int i = 0; i < Length; i++)
                Assert.That((next[i] - place[i]) / minimizer.StepLength, Is.EqualTo(expected[i]).Within(1e-9 * size + 1e-14 / minimizer.StepLength), $"iteration {iteration + 1}");
            double[] move = [.. next.Zip(place, (x, x0) => (double)(float)(x - x0))], change = [.. nextGradient.Zip(gradient, (g, g0) => (double)(float)(g - g0))];
            if (move.Zip(change, (s, y) => s * y).Sum() > 0)
                pairs.Add((move, change));
            (place, gradient) = (next, nextGradient);
        }
    }

    static double[] Direction(double[] gradient, List<(double[] Move, double[] Change)> pairs)
    {
        int n = gradient.Length;
        double[,] h = Identity(n, pairs.Count == 0 ? 1 : Dot(pairs[^1].Move, pairs[^1].Change) / Dot(pairs[^1].Change, pairs[^1].Change));
        foreach ((double[] s, double[] y) in pairs)
        {
            double rho = 1 / Dot(s, y);
            double[,] v = Identity(n, 1);
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++)
                    v[i, j] -= rho * y[i] * s[j];
            h = Product(Product(Transposed(v), h), v);
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++)
                    h[i, j] += rho * s[i] * s[j];
        }
        return [.. Enumerable.Range(0, n).Select(i => -Enumerable.Range(0, n).Sum(j => h[i, j] * gradient[j]))];
    }

    static double Dot(double[] left, double[] right) => left.Zip(right, (a, b) => a * b).Sum();

    static double[,] Identity(int n, double scale)
    {
        var matrix = new double[n, n];
        for (int i = 0; i < n; i++)
            matrix[i, i] = scale;
        return matrix;
    }

    static double[,] Transposed(double[,] matrix)
    {
        int n = matrix.GetLength(0);
        var result = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                result[j, i] = matrix[i, j];
        return result;
    }

    static double[,] Product(double[,] left, double[,] right)
    {
        int n = left.GetLength(0);
        var result = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                for (int k = 0; k < n; k++)
                    result[i, j] += left[i, k] * right[k, j];
        return result;
    }

    [Test]
    public void A_value_that_is_no_number_beyond_a_wall_is_stepped_back_from()
    {
        var minimizer = new LbfgsMinimizer(1, 5, 1e-10);
        minimizer.Point[0] = 1.9;
        // x − log x for x above 0: lowest at 1; from a slope this flat the second step goes far.
        var objective = new Objective((x, gradient) => { gradient[0] = 1 - 1 / x[0]; return x[0] > 0 ? x[0] - Math.Log(x[0]) : double.NaN; });
        for (int i = 0; i < 50 && minimizer.Step(objective) == MinimizerEnd.Moved; i++)
        {
        }
        Assert.That(minimizer.Point[0], Is.EqualTo(1).Within(1e-4));
    }

    [Test]
    public void A_kink_ends_without_an_error()
    {
        var minimizer = new LbfgsMinimizer(1, 5, 1e-10);
        minimizer.Point[0] = 3;
        var objective = new Objective((x, gradient) => { gradient[0] = Math.Sign(x[0] - 0.3); return Math.Abs(x[0] - 0.3); });
        int steps = 0;
        while (minimizer.Step(objective) == MinimizerEnd.Moved && ++steps < 200)
        {
        }
        Assert.That(minimizer.End, Is.Not.EqualTo(MinimizerEnd.Moved));
        Assert.That(minimizer.Point[0], Is.EqualTo(0.3).Within(0.01));
    }

    [Test]
    public void A_broken_off_iteration_leaves_the_place_and_can_be_made_again([Values(1, 2, 5)] int evaluation)
    {
        LbfgsMinimizer whole = Begin(4, 5, 1e-7), broken = Begin(4, 5, 1e-7);
        var objective = new Objective(Rosenbrock);
        for (int i = 0; i < 8; i++)
            whole.Step(objective);
        var interrupted = new Objective(Rosenbrock) { BreaksOffAt = evaluation };
        for (int i = 0; i < 8; i++)
        {
            double[] before = broken.Point.ToArray();
            if (broken.Step(interrupted) == MinimizerEnd.Moved)
                continue;
            Assert.That(broken.Point.ToArray(), Is.EqualTo(before));
            Assert.That(broken.Step(interrupted), Is.EqualTo(MinimizerEnd.Moved));
        }
        Assert.That(broken.Point.ToArray(), Is.EqualTo(whole.Point.ToArray()));
    }

    [Test]
    public void A_start_without_a_value_is_told()
    {
        var minimizer = new LbfgsMinimizer(1, 5, 1e-10);
        Assert.That(minimizer.Step(new Objective((x, gradient) => double.NaN)), Is.EqualTo(MinimizerEnd.NotFinite));
    }

    [TestCase("l-bfgs", "L-BFGS(memory=10, tolerance=1E-05)")]
    [TestCase("LBFGS(memory=3, tolerance=0)", "L-BFGS(memory=3, tolerance=0)")]
    public void Specifications_are_read_and_round_trip(string text, string canonical)
    {
        Assert.That(Optimizers.Parse(text).Specification, Is.EqualTo(canonical));
        Assert.That(Optimizers.Parse(canonical).Specification, Is.EqualTo(canonical));
    }

    [TestCase("lbfgs(memory=0)", "from 1 to 1,000")]
    [TestCase("lbfgs(memory=2.5)", "whole number")]
    [TestCase("lbfgs(tolerance=-1)", "at least 0")]
    [TestCase("lbfgs(history=5)", "memory, tolerance")]
    public void A_wrong_specification_says_what_is_right(string text, string expected)
        => Assert.That(() => Optimizers.Parse(text), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(expected));

    /// <summary>From −1.2, 1, −1.2, …, the usual start.</summary>
    static LbfgsMinimizer Begin(int length, int memory, double tolerance)
    {
        var minimizer = new LbfgsMinimizer(length, memory, tolerance);
        for (int i = 0; i < length; i++)
            minimizer.Point[i] = i % 2 == 0 ? -1.2 : 1;
        return minimizer;
    }

    delegate double Function(ReadOnlySpan<double> point, Span<double> gradient);

    sealed class Objective(Function function) : IObjective
    {
        public int Evaluations { get; private set; }
        public int BreaksOffAt { get; init; }

        public bool TryEvaluate(Span<double> point, Span<double> gradient, out double value)
        {
            Evaluations++;
            value = 0;
            if (Evaluations == BreaksOffAt)
                return false;
            value = function(point, gradient);
            return true;
        }
    }
}
