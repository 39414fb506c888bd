namespace Kernels;

/// <summary>Something to time.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Work">Floating-point operations in one call, a multiply-add as two; or 0.</param>
/// <param name="Call">Runs it once.</param>
sealed record Candidate(string Name, double Work, Action Call);
